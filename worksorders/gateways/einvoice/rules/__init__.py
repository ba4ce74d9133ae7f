"""The rules of an e-invoice, written anew from their published meaning, each told by its published id."""

from worksorders.gateways.einvoice.rules.document import broken_rules
from worksorders.gateways.einvoice.rules.parts import form_rules

__all__ = ["broken_rules", "form_rules"]
