"""The lists of the office: invoices, and the workers and checks of the register."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import case, func, null, select

from worksorders.domain.disclosure.policy import Field
from worksorders.domain.roles import Role
from worksorders.steps.lists.register import Column, Register
from worksorders.store.tables.firms.contractors import Firm, VettingCheck, Worker, WorkerTrade
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.orders import WorksOrder

FINANCE = frozenset({Role.FINANCE})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
INVOICE_STATES = ("received", "matched", "exceptions", "approved", "paid", "rejected")

_TRADES = (
    select(func.string_agg(WorkerTrade.trade, ", "))
    .where(WorkerTrade.worker_id == Worker.id)
    .correlate(Worker)
    .scalar_subquery()
)
_HOLDER = func.coalesce(VettingCheck.firm_id, Worker.firm_id)

INVOICES = Register(
    name="invoices",
    title="Invoices",
    noun="invoice",
    roles=FINANCE,
    columns=(
        Column("number", "Invoice", "text", Invoice.number),
        Column("firm", "Firm", "text", Firm.name),
        Column("order", "Order", "code", WorksOrder.code, shows=Field.CODE),
        Column("region", "Region", "region", WorksOrder.region_code, shows=Field.REGION),
        Column("state", "State", "state", Invoice.state),
        Column("hold", "Hold", "state", Invoice.hold_kind, shown=False),
        Column("issued_on", "Dated", "day", Invoice.issued_on),
        Column("received_at", "Received", "instant", Invoice.received_at),
        Column("total", "Total with GST", "money", Invoice.total_cents, shows=Field.AMOUNTS),
        Column("payable", "Payable", "money", Invoice.payable_cents, shows=Field.AMOUNTS),
        Column("paid_at", "Paid", "instant", Invoice.paid_at, shown=False),
    ),
    source=lambda query: (
        query.select_from(Invoice)
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(WorksOrder, WorksOrder.id == Invoice.order_id)
    ),
    sort=Invoice.received_at,
    key=Invoice.id,
    on=Invoice.received_at,
    on_title="Received",
    filters={"state": Invoice.state, "region": WorksOrder.region_code, "firm": Invoice.firm_id},
    states=INVOICE_STATES,
    searched=(Invoice.number, WorksOrder.code),
)

# Other systems may be a firm's own: until a person has decided, no state and no amount says what the match found, since
# some of it (I04, a protected value repeated) is not for the firm.
_TOLD = case((Invoice.state.in_(("matched", "exceptions")), "received"), else_=Invoice.state)
_DECIDED = case((Invoice.state.in_(("approved", "paid")), Invoice.payable_cents), else_=null())
INVOICES_OUTSIDE = replace(
    INVOICES,
    columns=tuple(
        replace(column, expression={"state": _TOLD, "payable": _DECIDED}.get(column.name, column.expression))
        for column in INVOICES.columns
        if column.name != "hold"
    ),
    filters={**INVOICES.filters, "state": _TOLD},
    states=tuple(state for state in INVOICE_STATES if state not in {"matched", "exceptions"}),
)

WORKERS = Register(
    name="workers",
    title="Workers",
    noun="worker",
    roles=KEEPERS,
    columns=(
        Column("first_name", "First name", "text", Worker.first_name),
        Column("last_name", "Last name", "text", Worker.last_name),
        Column("firm_code", "Firm code", "code", Firm.code, shown=False),
        Column("firm", "Firm", "text", Firm.name),
        Column("base_town", "Depot", "text", Worker.base_town),
        Column("trades", "Trades", "text", _TRADES),
        Column("on_call", "On call", "flag", Worker.on_call),
        Column("active", "Active", "flag", Worker.active),
    ),
    source=lambda query: query.select_from(Worker).join(Firm, Firm.id == Worker.firm_id),
    sort=Worker.last_name,
    key=Worker.id,
    newest_first=False,
    filters={"firm": Worker.firm_id},
    searched=(Worker.last_name, Firm.code),
)

CHECKS = Register(
    name="checks",
    title="Checks",
    noun="check",
    roles=KEEPERS,
    columns=(
        Column("firm", "Firm", "text", Firm.name),
        Column("firm_code", "Firm code", "code", Firm.code, shown=False),
        Column("first_name", "First name", "text", Worker.first_name),
        Column("last_name", "Last name", "text", Worker.last_name),
        Column("kind", "Kind", "state", VettingCheck.kind),
        Column("number", "Number", "text", VettingCheck.number, shown=False),
        Column("issuer", "Issuer", "text", VettingCheck.issuer),
        Column("issued_on", "Issued", "day", VettingCheck.issued_on),
        Column("expires_on", "Expires", "day", VettingCheck.expires_on),
        Column("recorded_at", "Recorded", "instant", VettingCheck.recorded_at, shown=False),
    ),
    source=lambda query: (
        query.select_from(VettingCheck)
        .outerjoin(Worker, Worker.id == VettingCheck.worker_id)
        .join(Firm, Firm.id == _HOLDER)
    ),
    sort=VettingCheck.recorded_at,
    key=VettingCheck.id,
    on=VettingCheck.recorded_at,
    on_title="Recorded",
    filters={"state": VettingCheck.kind, "firm": _HOLDER},
    searched=(Firm.code, Worker.last_name),
)
