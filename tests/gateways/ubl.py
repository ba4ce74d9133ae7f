"""A PINT A-NZ invoice in text, with holes where a test puts something else."""

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
RULES = {"billing": "urn:peppol:pint:billing-1@aunz-1", "selfbilling": "urn:peppol:pint:selfbilling-1@aunz-1"}


def party(role, name, nzbn, gst="49-091-850"):
    return f"""
  <cac:{role}><cac:Party>
    <cbc:EndpointID schemeID="0088">{nzbn}</cbc:EndpointID>
    <cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cac:Country><cbc:IdentificationCode>NZ</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyTaxScheme><cbc:CompanyID>{gst}</cbc:CompanyID><cac:TaxScheme><cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>
      <cbc:CompanyID schemeID="0088">{nzbn}</cbc:CompanyID></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>accounts@example.nz</cbc:ElectronicMail></cac:Contact>
  </cac:Party></cac:{role}>"""


def allowance(amount, charge="false", category="S", percent="15", currency="NZD"):
    return f"""
  <cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>
    <cbc:AllowanceChargeReason>agreed</cbc:AllowanceChargeReason>
    <cbc:Amount currencyID="{currency}">{amount}</cbc:Amount>
    <cac:TaxCategory><cbc:ID>{category}</cbc:ID><cbc:Percent>{percent}</cbc:Percent>
      <cac:TaxScheme><cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:AllowanceCharge>"""


def tax_row(taxable, tax, category="S", percent="15", currency="NZD"):
    return f"""<cac:TaxSubtotal><cbc:TaxableAmount currencyID="{currency}">{taxable}</cbc:TaxableAmount>
    <cbc:TaxAmount currencyID="{currency}">{tax}</cbc:TaxAmount>
    <cac:TaxCategory><cbc:ID>{category}</cbc:ID><cbc:Percent>{percent}</cbc:Percent>
      <cac:TaxScheme><cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>"""


def line(number=1, quantity="10", net="700.00", price="70.00", **changes):
    given = {"name": "Lock work", "unit": "EA", "order_line": "1", "item": "LK01", "category": "S", "percent": "15",
             "extra": "", "base": "", "kind": "Invoice", "counted": "Invoiced", "currency": "NZD", **changes}  # fmt: skip
    return """
  <cac:{kind}Line><cbc:ID>{number}</cbc:ID>
    <cbc:{counted}Quantity unitCode="{unit}">{quantity}</cbc:{counted}Quantity>
    <cbc:LineExtensionAmount currencyID="{currency}">{net}</cbc:LineExtensionAmount>
    <cac:OrderLineReference><cbc:LineID>{order_line}</cbc:LineID></cac:OrderLineReference>{extra}
    <cac:Item><cbc:Name>{name}</cbc:Name><cac:BuyersItemIdentification><cbc:ID>{item}</cbc:ID></cac:BuyersItemIdentification>
      <cac:ClassifiedTaxCategory><cbc:ID>{category}</cbc:ID><cbc:Percent>{percent}</cbc:Percent>
        <cac:TaxScheme><cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="{currency}">{price}</cbc:PriceAmount>{base}</cac:Price></cac:{kind}Line>""".format(
        number=number, quantity=quantity, net=net, price=price, **given
    )


def invoice(kind="Invoice", **changes):
    """The bytes of a document whose parts agree unless a test changes one."""
    currency = changes.get("currency", "NZD")
    lines = line(kind=kind, counted="Credited" if kind == "CreditNote" else "Invoiced", currency=currency)
    given = {"declaration": '<?xml version="1.0" encoding="UTF-8"?>', "customization": RULES["billing"],
             "profile": "urn:peppol:bis:billing", "number": "INV-100", "issued": "2026-11-16",
             "due": "<cbc:DueDate>2026-11-30</cbc:DueDate>" if kind == "Invoice" else "", "note": "",
             "code": "380" if kind == "Invoice" else "381", "order": "WO-7K2M",
             "reference": "", "tax": "105.00", "taxes": tax_row("700.00", "105.00", currency=currency),
             "line_total": "700.00", "net": "700.00", "gross": "805.00", "more_totals": "", "payable": "805.00",
             "allowances": "", "lines": lines, "kind": kind, "account": "01-0242-0100194-00",
             "supplier": party("AccountingSupplierParty", "Harakeke Locks Limited", "9429039501974"),
             "buyer": party("AccountingCustomerParty", "National Home Safety Service", "9429033591476", "35-901-981"),
             "currency": currency, **changes}  # fmt: skip
    text = """{declaration}
<{kind} xmlns="%s{kind}-2" xmlns:cac="%sCommonAggregateComponents-2" xmlns:cbc="%sCommonBasicComponents-2">
  <cbc:CustomizationID>{customization}</cbc:CustomizationID><cbc:ProfileID>{profile}</cbc:ProfileID>
  <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>{due}
  <cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode>{note}<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>{reference}{supplier}{buyer}
  <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
    <cac:PayeeFinancialAccount><cbc:ID>{account}</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>{allowances}
  <cac:TaxTotal><cbc:TaxAmount currencyID="{currency}">{tax}</cbc:TaxAmount>{taxes}</cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="{currency}">{line_total}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="{currency}">{net}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="{currency}">{gross}</cbc:TaxInclusiveAmount>{more_totals}
    <cbc:PayableAmount currencyID="{currency}">{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>{lines}
</{kind}>""" % (UBL, UBL, UBL)  # noqa: UP031
    return text.format(**given).encode()
