"""A small in-memory model of orders, invoices and payments that does nothing but drive the rules."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from catalogue.rates import RateCard, RateLine
from tests.domain.finance.world import (
    D,
    agreement,
    contract,
    facts,
    invoice,
    invoice_line,
    order,
    order_line,
    supplier,
)
from worksorders.domain.finance import ledger
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.explain import explain
from worksorders.domain.finance.facts import AcceptanceFacts, InvoiceKind, VariationFacts
from worksorders.domain.finance.history import accruals_used, as_earlier
from worksorders.domain.finance.ledger import Account, At
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Net, line_cents

START = date(2026, 8, 3)
BUDGET = 10**10
ZERO = D(0)


def after_credit(claim, match, credit):
    """An invoice's claim less what a credit note took back of it; lines that are stopped take nothing back."""
    lines = {line.line_id: line for line in claim.lines}
    for decided in credit.lines:
        room = match.case.rooms[decided.line_id]
        target = lines.get(room.credited_line_id)
        taken = (room.payable_cents, room.withdrawn_held_cents)
        if target and taken == (decided.portion.accepted_cents, decided.portion.held_cents):
            lines[target.line_id] = replace(
                target,
                accepted_quantity=target.accepted_quantity + room.payable_quantity,
                accepted_cents=target.accepted_cents + room.payable_cents,
                held_cents=target.held_cents + room.withdrawn_held_cents,
                disputed_cents=target.disputed_cents + room.withdrawn_disputed_cents,
            )
    return replace(
        claim,
        lines=tuple(lines.values()),
        accepted_gst_cents=claim.accepted_gst_cents + credit.gst.accepted_cents,
        held_gst_cents=claim.held_gst_cents + credit.gst.held_cents,
        disputed_gst_cents=claim.disputed_gst_cents + credit.gst.disputed_cents,
    )


class Books:
    """Orders, claims and ledger of one supplier; every change goes through the rules under test."""

    def __init__(self, rates, ordered, retention="0"):
        card = RateCard(
            "AG-1", 1, date(2026, 7, 1), date(2026, 12, 31),
            {f"LK{at:02d}": RateLine(f"LK{at:02d}", "each", rate) for at, rate in enumerate(rates, start=1)},
        )  # fmt: skip
        self.cards = [card]
        self.agreement = agreement(retention=D(retention))
        self.entries = [ledger.set_budget(At("budget", START, "Year 1"), BUDGET)]
        self.states = {}
        self.lines = {}
        self.claims = {}
        self.credited_by = {}
        self.documents = {}
        self.matches = {}
        self.decisions = {}
        self.posted = {}
        self.paid = defaultdict(int)
        self.kept = defaultdict(int)
        self.caps = {}
        self.at = 0
        for number, (code, item, quantity) in enumerate(ordered, start=1):
            self._issue(number, code, item, quantity)

    def tick(self, what):
        self.at += 1
        return f"{what}:{self.at}"

    def today(self):
        return START + timedelta(days=1)

    def _issue(self, number, code, item, quantity):
        self.states.setdefault(code, "issued")
        card = next(one for one in self.cards if one.in_force_on(START))
        line = order_line(
            number, quantity, card.lines[item].rate, taken=0, done=0,
            item_code=item, rate_card_version=str(card.version), completed_on=None,
        )  # fmt: skip
        self.lines[line.line_id] = (code, line)
        self.post(ledger.commit(self.where("commit", line.line_id), line.contracted_cents))

    def where(self, event, line_id, invoice_id=""):
        return At(self.tick(event), START, "Year 1", self.lines[line_id][0], line_id, invoice_id)

    def post(self, entry):
        if entry.movements:
            self.entries.append(entry)

    def change(self, line_id, **changes):
        code, line = self.lines[line_id]
        self.lines[line_id] = (code, replace(line, **changes))
        return line, self.lines[line_id][1]

    def accept(self, line_id, quantity, done=None):
        """Work done and accepted; what is done may be said to be less or more than what is accepted."""
        code, line = self.lines[line_id]
        if self.states[code] == "cancelled":
            return
        acceptance = AcceptanceFacts(self.tick("A"), START, quantity, "coordinator-1")
        old, new = self.change(
            line_id,
            acceptances=(*line.acceptances, acceptance),
            done_quantity=line.done_quantity + (quantity if done is None else done),
        )
        self.post(ledger.accept(self.where("accept", line_id), new.accepted_cents - old.accepted_cents))

    def vary(self, line_id, quantity):
        code, line = self.lines[line_id]
        if self.states[code] == "cancelled" or line.contracted_quantity + quantity < line.accepted_quantity:
            return
        change = VariationFacts(
            self.tick("V"), quantity, line_cents(quantity, line.rate), "coordinator-2", START
        )
        old, new = self.change(line_id, variations=(*line.variations, change))
        self.post(ledger.recommit(self.where("vary", line_id), old.contracted_cents, new.contracted_cents))

    def cancel(self, code):
        """Cancelling gives back what is committed or accrued and not invoiced."""
        if self.states[code] == "cancelled":
            return
        self.states[code] = "cancelled"
        for line_id in [one for one, (at, _) in self.lines.items() if at == code]:
            accrued = self.balance(line_id, Account.ACCRUED)
            left = accrued + self.balance(line_id, Account.COMMITTED)
            self.post(ledger.accept(self.where("unaccept", line_id), -accrued))
            self.post(ledger.cancel(self.where("cancel", line_id), left))

    def no_access(self, line_id):
        self.change(line_id, no_access=True)

    def new_card(self, factor):
        """A new version from tomorrow; the old one ends today."""
        old = self.cards[-1]
        lines = {
            code: RateLine(code, line.unit, (line.rate * factor).quantize(D("0.0001")))
            for code, line in old.lines.items()
        }
        day = self.today() + timedelta(days=len(self.cards))
        self.cards[-1] = replace(old, valid_to=day - timedelta(days=1))
        self.cards.append(RateCard("AG-1", old.version + 1, day, old.valid_to, lines))

    def facts(self, but=""):
        """Facts for a match, leaving out what the document itself had accepted."""
        taken = defaultdict(lambda: (ZERO, 0))
        used = defaultdict(int)
        for (invoice_id, _), (order_line_id, accrued, _) in self.posted.items():
            used[order_line_id] += accrued if invoice_id != but else 0
        for invoice_id, decision in self.decisions.items():
            for decided in decision.lines if invoice_id != but else ():
                units, cents = taken[decided.order_line_id]
                taken[decided.order_line_id] = (
                    units + decided.accepted_quantity, cents + decided.portion.accepted_cents,
                )  # fmt: skip
        orders = []
        for code, state in self.states.items():
            lines = [
                replace(line, invoiced_quantity=taken[line_id][0], invoiced_cents=taken[line_id][1], accrual_used_cents=used[line_id])
                for line_id, (at, line) in self.lines.items() if at == code
            ]  # fmt: skip
            invoiced = sum(line.invoiced_cents for line in lines)
            orders.append(
                order(*lines, code=code, state=state, issued_on=START, invoiced_cents=invoiced,
                      approved_cents=self.caps.get(code))
            )  # fmt: skip
        drawn = sum(cents for _, cents in taken.values())
        year = replace(contract().years[0], cap_cents=BUDGET, drawn_cents=drawn)
        money = contract(gst_inclusive=False, cap_cents=BUDGET, drawn_cents=drawn, years=(year,))
        return facts(
            *orders, earlier=self.claims.values(), contracts=(money,), agreements=(self.agreement,),
            suppliers=(supplier(),),
        )  # fmt: skip

    def receive(self, document):
        """Match and decide a document, post what changed, and remember it."""
        invoice_id = document.invoice_id
        self.documents[invoice_id] = document
        match = reconcile(document, self.facts(invoice_id))
        decision = decide(match)
        self.matches[invoice_id], self.decisions[invoice_id] = match, decision
        claim = as_earlier(match, decision)
        for credit in self.credited_by.get(invoice_id, ()):
            claim = after_credit(claim, self.matches[credit], self.decisions[credit])
        self.claims[invoice_id] = claim
        if document.is_credit:
            self._credit(match, decision)
        self._post(match, decision)
        return decision

    def _credit(self, match, decision):
        named = match.case.invoice.credits_number
        target = next((one for one in self.claims.values() if one.number == named), None)
        if target:
            self.claims[target.invoice_id] = after_credit(target, match, decision)
            self.credited_by.setdefault(target.invoice_id, []).append(match.case.invoice.invoice_id)

    def _post(self, match, decision):
        accruals = accruals_used(match, decision)
        for decided in decision.lines:
            if not decided.order_line_id:
                continue
            key = (decision.invoice_id, decided.line_id)
            _, old_accrued, old_cents = self.posted.get(key, ("", 0, 0))
            now = (accruals.get(decided.line_id, 0), decided.portion.accepted_cents)
            accrued, cents = now[0] - old_accrued, now[1] - old_cents
            self.posted[key] = (decided.order_line_id, *now)
            where = self.where("match", decided.order_line_id, decision.invoice_id)
            self.post(ledger.match_line(where, accrued, cents))
        kept = decision.retention_cents - self.kept[decision.invoice_id]
        self.kept[decision.invoice_id] = decision.retention_cents
        self.post(ledger.retain(At(self.tick("retain"), START, "Year 1"), kept))

    def rematch(self):
        """Decide every open document again in order of receipt, as a change of facts would."""
        for invoice_id, document in list(self.documents.items()):
            decision = self.decisions[invoice_id]
            settled = invoice_id in self.paid or document.is_credit or invoice_id in self.credited_by
            if not settled and decision.accepted_cents != decision.claimed_cents:
                self.receive(document)

    def pay(self, invoice_id):
        """Pay once what a decision leaves payable, ex GST."""
        decision = self.decisions[invoice_id]
        if invoice_id in self.paid or not decision.accepted_net_cents:
            return
        cents = decision.accepted_net_cents - decision.retention_cents
        self.paid[invoice_id] = cents
        self.post(ledger.pay(At(f"pay:{invoice_id}", START, "Year 1", invoice_id=invoice_id), cents))

    def document(self, number, parts, **changes):
        """An invoice of (order line id, quantity, rate factor in percent) in that order."""
        lines = []
        for at, (line_id, quantity, percent) in enumerate(parts, start=1):
            code, line = self.lines[line_id]
            rate = (line.rate * percent / 100).quantize(D("0.0001"))
            lines.append(
                invoice_line(
                    at, quantity, rate, order_line_id=line_id, item_code=line.item_code, order_code=code
                )
            )
        return invoice(*lines, number=number, issued_on=START, **changes)

    def credit_of(self, invoice_id, number):
        """A credit note for the whole of an invoice."""
        document = self.documents[invoice_id]
        lines = tuple(
            replace(line, quantity=-line.quantity, net=Net(-line.net.cents)) for line in document.lines
        )
        return replace(
            document,
            invoice_id=f"id-{number}",
            number=number,
            kind=InvoiceKind.CREDIT_NOTE,
            credits_number=document.number,
            lines=lines,
            net=-document.net,
            gst=-document.gst,
            total=-document.total,
            intake=replace(document.intake, file_sha256=f"sha-{number}"),
        )

    def paid_on(self, line_id):
        """Accepted quantity and cents of an order line over all documents."""
        units, cents = ZERO, 0
        for decision in self.decisions.values():
            for decided in decision.lines:
                if decided.order_line_id == line_id:
                    units += decided.accepted_quantity
                    cents += decided.portion.accepted_cents
        return units, cents

    def accepted_net(self):
        return sum(decision.accepted_net_cents for decision in self.decisions.values())

    def explained(self, invoice_id):
        return explain(self.matches[invoice_id], self.decisions[invoice_id])

    def balances(self):
        return ledger.balances(self.entries)

    def balance(self, line_id, account):
        return ledger.balances(one for one in self.entries if one.at.order_line_id == line_id)[account]
