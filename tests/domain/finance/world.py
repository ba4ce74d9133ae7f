"""A small world of orders, suppliers and invoices in which nothing is wrong until a test makes it so."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from worksorders.domain.finance.facts import (
    AcceptanceFacts,
    AgreementFacts,
    BankAccountFacts,
    ContractFacts,
    IntakeFacts,
    InvoiceFacts,
    InvoiceKind,
    InvoiceLineFacts,
    InvoiceSource,
    MatchFacts,
    OrderFacts,
    OrderLineFacts,
    SupplierFacts,
    TaxInformation,
    YearCap,
    index_claims,
    index_open_work,
    index_parties,
)
from worksorders.domain.money import Gross, Gst, Net, gst_cents, line_cents

TODAY = date(2026, 11, 23)
FIFTEEN = Decimal("0.1500")
ACCOUNT = "01-0242-0100194-00"
NZBN = "9429039501974"
GST_NUMBER = "49-091-850"


def D(text):
    return Decimal(str(text))


def accepted(quantity, on=date(2026, 11, 12), acceptance_id="A-1"):
    return AcceptanceFacts(acceptance_id, on, D(quantity), "coordinator-1")


def order_line(number=1, ordered=10, rate="70.0000", done=None, taken=None, **changes):
    done = ordered if done is None else done
    taken = done if taken is None else taken
    facts = OrderLineFacts(
        line_id=f"WL-{number}",
        number=number,
        item_code=f"LK{number:02d}",
        unit="each",
        ordered_quantity=D(ordered),
        rate=D(rate),
        rate_card_version="3",
        supplier_id="firm-1",
        agreement_id="AG-1",
        done_quantity=D(done),
        acceptances=(accepted(taken, acceptance_id=f"A-{number}"),) if taken else (),
        completed_on=date(2026, 11, 12),
    )
    return replace(facts, **changes)


def order(*lines, code="WO-7K2M", **changes):
    facts = OrderFacts(
        code, "issued", "NHSS-1", date(2026, 11, 2), tuple(lines) or (order_line(),), "Year 1", region="AUK"
    )
    return replace(facts, **changes)


def supplier(**changes):
    bank = BankAccountFacts(ACCOUNT, 2, date(2026, 3, 2), "admin-1", "admin-2", date(2026, 3, 3))
    return replace(SupplierFacts("firm-1", "Harakeke Locks", True, NZBN, GST_NUMBER, bank), **changes)


def agreement(**changes):
    return replace(AgreementFacts("AG-1", "firm-1", "NHSS-1", date(2026, 7, 1), date(2027, 6, 30)), **changes)


def contract(**changes):
    years = (
        YearCap("Year 1", date(2026, 7, 1), date(2027, 6, 30), 90_000_000),
        YearCap("Year 2", date(2027, 7, 1), date(2028, 6, 30), 130_000_000),
    )
    facts = ContractFacts("NHSS-1", date(2026, 7, 1), date(2029, 6, 30), True, 360_000_000, years)
    return replace(facts, **changes)


def invoice_line(number=1, quantity=10, rate="70.0000", net=None, **changes):
    cents = line_cents(D(quantity), D(rate)) if net is None else net
    facts = InvoiceLineFacts(
        line_id=f"IL-{number}",
        number=number,
        quantity=D(quantity),
        unit="each",
        unit_rate=D(rate),
        net=Net(cents),
        item_code=f"LK{number:02d}",
        description="Lock work",
    )
    return replace(facts, **changes)


def invoice(*lines, number="INV-100", net=None, gst=None, total=None, **changes):
    lines = lines or (invoice_line(),)
    kind = changes.get("kind", InvoiceKind.INVOICE)
    allowance = changes.get("allowance", Net(0)).cents
    charge = changes.get("charge", Net(0)).cents
    net = sum(line.net.cents for line in lines) - allowance + charge if net is None else net
    gst = gst_cents(net, FIFTEEN) if gst is None else gst
    total = net + gst if total is None else total
    facts = InvoiceFacts(
        invoice_id=f"id-{number}",
        kind=kind,
        source=InvoiceSource.PORTAL,
        supplier_id="firm-1",
        number=number,
        issued_on=date(2026, 11, 16),
        received_at=datetime(2026, 11, 16, 1, 0, tzinfo=UTC),
        net=Net(net),
        gst=Gst(gst),
        total=Gross(total),
        lines=tuple(lines),
        tax=TaxInformation(
            "Harakeke Locks", GST_NUMBER, NZBN, ACCOUNT, True, "National Home Safety Service", ("email",)
        ),
        intake=IntakeFacts(file_sha256=f"sha-{number}"),
        order_code="WO-7K2M",
        entered_by="portal-1",
    )
    return replace(facts, **changes)


def facts(*orders, earlier=(), suppliers=None, agreements=None, contracts=None, **changes):
    orders = orders or (order(),)
    suppliers = (supplier(),) if suppliers is None else suppliers
    agreements = (agreement(),) if agreements is None else agreements
    contracts = (contract(),) if contracts is None else contracts
    found = MatchFacts(
        TODAY,
        {one.supplier_id: one for one in suppliers},
        {one.code: one for one in orders},
        {one.agreement_id: one for one in agreements},
        {one.code: one for one in contracts},
        index_claims(earlier),
        index_parties(suppliers),
        open_work=index_open_work(orders),
    )
    return replace(found, **changes)
