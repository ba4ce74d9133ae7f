"""Everything goes under the newest master key while readers read; a copy is proved key by key."""

from __future__ import annotations

import base64
import os
from dataclasses import replace

import pytest

from tests import factories
from worksorders.domain.errors import FaultsError
from worksorders.gateways.cipher import RETIRED, SealError, cipher_from_text, load_cipher
from worksorders.steps import disclose
from worksorders.steps.accounts import codes
from worksorders.steps.finance.incoming import files
from worksorders.steps.master_keys import backup, rotate
from worksorders.steps.webhooks import keep
from worksorders.store.tables import Base
from worksorders.store.tables.exchange import Webhook
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.invoice_files import InvoiceFile


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "vault.key"
    path.write_text(new_key() + "\n")
    return path


@pytest.fixture
def world(services, key_file):
    """Services with a key file of their own, three cases, and an account with an authenticator app."""
    own = replace(services, cipher=load_cipher(key_file))
    with own.sessions.begin() as session:
        cases = [factories.make_case(session) for _ in range(3)]
        for case in cases:
            disclose.open_case(session, own.cipher, case.id)
            disclose.protect(
                session, own.cipher, case.id, case.id, {disclose.PERSON_NAME: f"Name {case.code}"}
            )
        user = factories.make_user(session)
        user.totp_secret_sealed = own.cipher.seal_alone(user.id, codes.KIND, "SECRET")
    return own, cases, factories.actor_of(user)


def read(services, cipher, actor, case):
    return disclose.read(
        services.sessions,
        cipher,
        actor,
        case_ids=[case.id],
        kinds=[disclose.PERSON_NAME],
        purpose="Call them",
    ).of(case.id, disclose.PERSON_NAME)


def test_a_running_process_reads_before_during_and_after_the_change(world, key_file, monkeypatch):
    own, cases, actor = world
    running = load_cipher(key_file)
    key_file.write_text(key_file.read_text() + new_key() + "\n")
    monkeypatch.setattr(rotate, "AT_A_TIME", 2)
    with own.sessions.begin() as session:
        own.cipher.read_again()
        assert rotate._cases(session, own.cipher) == 2
    assert {read(own, running, actor, case) for case in cases} == {f"Name {case.code}" for case in cases}
    assert rotate.rotate(own.sessions, own.cipher) == 2
    assert {read(own, running, actor, case) for case in cases} == {f"Name {case.code}" for case in cases}
    with own.sessions() as session:
        assert {(c.kind, c.version, c.count) for c in rotate.count_by_version(session)} == {
            ("cases", 2, 3),
            ("authenticator apps", 2, 1),
        }
        sealed = session.get_one(AppUser, actor.user_id).totp_secret_sealed
    assert running.open_alone(actor.user_id, codes.KIND, sealed) == "SECRET"
    assert rotate.rotate(own.sessions, own.cipher) == 0


def test_after_the_change_the_old_key_opens_nothing_and_may_go(world, key_file):
    own, cases, actor = world
    first, second = key_file.read_text().strip(), new_key()
    key_file.write_text(f"{first}\n{second}\n")
    rotate.rotate(own.sessions, own.cipher)
    without = cipher_from_text(first)
    with pytest.raises(SealError, match="version 2"):
        read(own, without, actor, cases[0])
    third = new_key()
    key_file.write_text(f"{first}\n{second}\n{third}\n")
    rotate.rotate(own.sessions, own.cipher)
    key_file.write_text(f"{first}\n{RETIRED}\n{third}\n")
    assert read(own, load_cipher(key_file), actor, cases[0]) == f"Name {cases[0].code}"


def test_the_first_line_cannot_be_a_dash():
    with pytest.raises(SealError):
        cipher_from_text(f"{RETIRED}\n{new_key()}\n")


def test_look_ups_stay_the_same_over_a_change(world, key_file):
    own, _, _ = world
    before = own.cipher.look_up("person.name", "someone")
    key_file.write_text(key_file.read_text() + new_key() + "\n")
    assert load_cipher(key_file).look_up("person.name", "someone") == before


def test_a_copy_is_recorded_once_it_holds_every_key_in_use(world, key_file):
    own, _, _ = world
    with own.sessions.begin() as session:
        assert backup.missing(session, own.cipher) == [1]
        with pytest.raises(FaultsError, match="another one"):
            backup.record(session, own.cipher, cipher_from_text(new_key()), "the safe", factories.NOW)
        with pytest.raises(FaultsError, match="where the copy"):
            backup.record(session, own.cipher, load_cipher(key_file), " ", factories.NOW)
        assert backup.record(session, own.cipher, load_cipher(key_file), "the safe", factories.NOW) == [1]
        assert backup.missing(session, own.cipher) == []
    old = load_cipher(key_file)
    key_file.write_text(key_file.read_text() + new_key() + "\n")
    own.cipher.read_again()
    with own.sessions.begin() as session:
        assert backup.missing(session, own.cipher) == [2]
        with pytest.raises(FaultsError, match="lacks master key 2"):
            backup.record(
                session, own.cipher, replace(old, masters={1: old.masters[1]}, path=None), "x", factories.NOW
            )


def test_for_real_use_it_is_not_ready_without_a_recorded_copy(world, key_file):
    own, _, _ = world
    with pytest.raises(Exception, match="no recorded copy"):
        own.check_for_real_use()
    with own.sessions.begin() as session:
        backup.record(session, own.cipher, load_cipher(key_file), "the safe", factories.NOW)
    own.check_for_real_use()


def test_the_commands_add_change_and_tell(app, world, key_file, tmp_path):
    own, _, _ = world
    app.extensions["services"] = own
    run = app.test_cli_runner().invoke
    assert "NO COPY RECORDED" in run(args=["vault", "status"]).output
    assert "Master key 2" in run(args=["vault", "add-key"]).output
    assert "now under master key 2" in run(args=["vault", "rotate"]).output
    told = run(args=["vault", "status"]).output
    assert "Master key 2" in told
    assert "3 cases" in told
    copy = tmp_path / "copy"
    copy.write_text(key_file.read_text())
    assert run(args=["vault", "record-backup", str(copy), "--kept", "the safe"]).exit_code == 0
    assert "NO COPY" not in run(args=["vault", "status"]).output
    copy.write_text(new_key())
    assert run(args=["vault", "record-backup", str(copy), "--kept", "the safe"]).exit_code == 1


def test_secrets_of_webhooks_go_along_and_the_old_key_may_go(world, key_file):
    own, _, _ = world
    with own.sessions.begin() as session:
        maker = factories.actor_of(factories.make_user(session, "administrator"))
        details = keep.WebhookDetails(
            "Casework", "https://hooks.example.org.nz/x", frozenset({"order.raised"})
        )
        row, secret = keep.register(session, own.cipher, maker, details, factories.NOW)
        _, newer = keep.rotate(session, own.cipher, maker, row.id, factories.NOW)
        hook_id = row.id
    first, second = key_file.read_text().strip(), new_key()
    key_file.write_text(f"{first}\n{second}\n")
    rotate.rotate(own.sessions, own.cipher)
    with own.sessions() as session:
        row = session.get_one(Webhook, hook_id)
        assert row.key_version == 2
        assert {c.kind: c.version for c in rotate.count_by_version(session)}["webhooks"] == 2
        only_new = replace(own.cipher, masters={2: own.cipher.masters[2]}, path=None)
        assert keep.secrets_of(only_new, row, factories.NOW) == [newer.encode(), secret.encode()]
        with pytest.raises(SealError, match="version 2"):
            keep.secrets_of(cipher_from_text(first), row, factories.NOW)


def test_files_of_refused_invoices_go_along(world, key_file):
    own, _, actor = world
    with own.sessions.begin() as session:
        file = files.Incoming(b"%PDF-1.4 refused", files.PDF)
        file_id = files.keep(session, own.cipher, actor, file, factories.NOW).id
    first, second = key_file.read_text().strip(), new_key()
    key_file.write_text(f"{first}\n{second}\n")
    rotate.rotate(own.sessions, own.cipher)
    with own.sessions() as session:
        only_new = replace(own.cipher, masters={2: own.cipher.masters[2]}, path=None)
        assert files.open_alone(only_new, session.get_one(InvoiceFile, file_id)) == b"%PDF-1.4 refused"


def test_whatever_a_master_key_wraps_has_a_batch_of_its_own():
    wrapped = {
        table.fullname
        for table in Base.metadata.tables.values()
        if {"key_version", "master_version"} & set(table.columns.keys())
    }
    assert wrapped == {"vault.case_key", "check_document", "invoice_file", "webhook"}
