"""Letters say “security work” and nothing more; they are sealed, and read again by coordinators for a purpose alone."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests import factories
from tests.steps.consents.conftest import ADDRESS
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.people.neutral_words import betraying
from worksorders.steps.actor import NotFoundError
from worksorders.steps.consents import screening
from worksorders.steps.consents.writing import letters
from worksorders.steps.consents.writing.sender import Sender, change_sender, sender
from worksorders.store.tables.confidential.interests import ConsentRequest, InterestContact, Letter
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW
PURPOSE = "Ask the landlord for agreement"


def make(world, who, **values):
    given = {"line_ids": [line.id for line in world.lines.values()], "purpose": PURPOSE} | values
    return letters.make_letter(
        world.session, world.sessions, world.cipher, world.actor, world.order.id, interest_id=who.id, now=NOW,
        **given,
    )  # fmt: skip


def read(world, row, actor=None, purpose="Print it for the post"):
    return letters.read_letter(
        world.session, world.sessions, world.cipher, actor or world.actor, row.contact_id, purpose
    )


def test_a_letter_says_security_work_to_the_landlord_and_nothing_more(world):
    who = world.record()
    world.session.commit()
    row = make(world, who)
    world.session.commit()
    code, made = read(world, row)
    reader = PdfReader(io.BytesIO(made))
    told = " ".join(page.extract_text() for page in reader.pages)
    for wanted in ("Security work", ADDRESS, "Pat Lettingham", "PO Box 12", "Lock work", "Door work", code):
        assert wanted in told
    assert "15 December 2026" in told
    whole = told + str(dict(reader.metadata))
    assert betraying(whole) == ()
    assert "Hinemoa" not in whole
    assert world.order.code not in whole
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert row.sha256 == sha256(made).digest()


def test_a_letter_is_recorded_with_who_when_to_whom_and_its_hash_and_starts_the_clock(world):
    who = world.record()
    world.session.commit()
    row = make(world, who)
    contact = world.session.get(InterestContact, row.contact_id)
    assert (contact.state, contact.interest_id, contact.made_by) == ("made", who.id, world.actor.user_id)
    event = world.session.scalars(select(AuditEvent).where(AuditEvent.action == "letter.made")).one()
    assert event.detail == {"letter": row.code, "sha256": row.sha256.hex(), "interest_id": str(who.id)}
    request = world.session.scalars(select(ConsentRequest)).one()
    assert (request.how, request.contact_id) == ("letter", row.contact_id)
    assert letters.letter_of(world.session, row.code) == world.order.id


def test_the_letter_itself_is_nowhere_but_in_the_vault(world):
    who = world.record()
    world.session.commit()
    make(world, who)
    world.session.commit()
    with world.services.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql("SELECT sealed FROM vault.sealed")


def test_nobody_but_a_coordinator_reads_or_makes_a_letter(world):
    who = world.record()
    roles = ("finance", "administrator", "auditor", "privacy_officer")
    outsiders = [factories.actor_of(factories.make_user(world.session, role)) for role in roles]
    world.session.commit()
    row = make(world, who)
    world.session.commit()
    for outsider in outsiders:
        with pytest.raises(NotFoundError):
            read(world, row, outsider)
        world.actor = outsider
        with pytest.raises(NotFoundError):
            make(world, who)


def test_a_letter_is_not_opened_again_once_its_receiver_must_never_be_asked(world):
    who = world.record()
    world.session.commit()
    row = make(world, who)
    screening.bar(world.session, world.cipher, world.actor, who.id, NOW)
    world.session.commit()
    with pytest.raises(NotPermittedError):
        read(world, row)


@pytest.mark.parametrize(("values", "field"), [({"line_ids": []}, "lines"), ({"purpose": "x"}, "purpose")])
def test_a_letter_needs_measures_and_a_purpose(world, values, field):
    who = world.record()
    world.session.commit()
    with pytest.raises(FaultsError) as raised:
        make(world, who, **values)
    assert list(raised.value.by_field()) == [field]
    assert world.session.scalars(select(Letter)).all() == []


def test_a_letter_needs_a_postal_address(world):
    who = world.record(post="")
    world.session.commit()
    with pytest.raises(FaultsError, match="No postal address"):
        make(world, who)


def test_one_letter_is_opened_and_no_other_of_the_home(world):
    who = world.record()
    world.session.commit()
    first, second = make(world, who), make(world, who)
    world.session.commit()
    assert read(world, first)[0] == first.code
    kinds = [
        event.detail["kinds"]
        for event in world.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "disclosure.revealed").order_by(AuditEvent.id)
        )
    ]
    assert kinds[-1] == [f"letter:{first.contact_id}"]
    assert all(str(second.contact_id) not in str(kind) for kind in kinds)


def test_the_sender_is_neutral_and_an_administrators_to_change(world):
    boss = factories.actor_of(factories.make_user(world.session, "administrator"))
    change_sender(world.session, boss, Sender("Tūī Property Services", "PO Box 1, Ōtaki", "04 555 0100"), NOW)
    assert sender(world.session).name == "Tūī Property Services"
    with pytest.raises(FaultsError) as raised:
        change_sender(world.session, boss, Sender("Family Violence Service", "", "x" * 121), NOW)
    assert set(raised.value.by_field()) == {"name", "phone"}
    with pytest.raises(NotFoundError):
        change_sender(world.session, world.actor, Sender("X"), NOW)
