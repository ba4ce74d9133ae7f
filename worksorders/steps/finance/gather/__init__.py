"""Reads everything that an invoice is matched against, in one transaction and a constant number of queries."""

from worksorders.steps.finance.gather.all_facts import gather, order_ids_of
from worksorders.steps.finance.gather.invoice import invoice_facts

__all__ = ["gather", "invoice_facts", "order_ids_of"]
