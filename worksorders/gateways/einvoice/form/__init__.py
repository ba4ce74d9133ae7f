"""The form of an e-invoice: its elements in their order, and the values that they may hold."""

from worksorders.gateways.einvoice.form.structure import COMMON, check_structure, place_of
from worksorders.gateways.einvoice.form.values import Context, read_day, read_number

__all__ = ["COMMON", "Context", "check_structure", "place_of", "read_day", "read_number"]
