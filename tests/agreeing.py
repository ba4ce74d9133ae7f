"""A landlord who agrees, for tests of everything that comes after consent."""

from __future__ import annotations

from catalogue.item import ConsentNeeded
from tests import factories
from worksorders.domain.local_time import local_day
from worksorders.steps.consents.answers import record_answer
from worksorders.steps.consents.persons import GivenPerson, record_person
from worksorders.steps.consents.standing import unsettled
from worksorders.store.tables.work.orders import WorksOrder

LANDLORD = GivenPerson("landlord", "no", name="Pat Lettingham", phone="+64215550444", post="PO Box 12\nŌtaki")


def landlord(session, cipher, actor, case_id, now=factories.NOW, **values):
    """A cleared private landlord of the home."""
    given = GivenPerson(
        **(
            {"interest": "landlord", "near": "no", "name": LANDLORD.name, "phone": LANDLORD.phone}
            | {"post": LANDLORD.post}
            | values
        )
    )
    return record_person(session, cipher, actor, case_id, given, now)


def own_home(session, cipher, actor, case_id, now=factories.NOW):
    """The home is the client's own: nobody else has to agree to anything."""
    return record_person(session, cipher, actor, case_id, GivenPerson("owner", "no", is_client=True), now)


def agree(session, cipher, actor, order_id, *groups, how="letter", now=factories.NOW):
    """The landlord agrees to the measures of these groups, or to all that is missing; answers the landlord."""
    order = session.get_one(WorksOrder, order_id)
    who = landlord(session, cipher, actor, order.case_id, now)
    say(session, actor, order, who, *groups, how=how, now=now)
    return who


def say(session, actor, order, who, *groups, how="letter", now=factories.NOW, outcome="granted", **values):
    """What somebody says to the measures of these groups that are not settled."""
    missing = unsettled(session, order, local_day(now))
    wanted = groups or tuple(ConsentNeeded)
    return record_answer(
        session,
        actor,
        order.id,
        interest_id=who.id,
        line_ids=[one.line.id for one in missing if one.line.consent_group in wanted],
        outcome=outcome,
        how=how,
        answered_on=local_day(now),
        now=now,
        **values,
    )
