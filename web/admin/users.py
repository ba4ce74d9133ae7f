"""Accounts: list, change, disable; and ask for what waits for a second person."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, chosen, uuid_or_none
from web.admin.forms.users import ROLE_WORDS, ChangeForm, InviteForm, ReasonForm, UserForm, WhyForm
from web.answering import answer_form, answer_shown_once, first_part
from web.edge import actor, db
from web.extensions import request_now
from web.paging import page_number
from worksorders.domain.roles import Role
from worksorders.steps.account_changes import ask
from worksorders.steps.account_changes.find import waiting_about
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.admin import find_users as finding
from worksorders.steps.admin import users as step
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.people import workers as people

NOBODY = ("", "None")
CONFIRMED = (
    "The first password has two parts. You are shown one now and hand it over; the second person who confirms is shown"
    " the other. So nobody but its owner can sign in to an account."
)
SENT = "A second person has to confirm it now. Until then nothing changes."


@blueprint.get("/users")
def users() -> str:
    """Everybody with an account."""
    found = finding.find_users(
        db(), role=chosen("role"), text=chosen("q"), state=chosen("state"), page=page_number()
    )
    return render_template("admin/users.html", found=found, role_words=ROLE_WORDS, address=_address)


@blueprint.route("/users/new", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """Ask for an account."""
    form = _with_choices(InviteForm(data=_asked_for()))

    def make() -> tuple[str, str]:
        asked = ask.ask_invite(
            db(), actor(), form.sign_in_name.data, _details(form), form.reason.data or "", request_now()
        )
        return _sent(), first_part(form.sign_in_name.data.strip(), asked.first_part)

    back = (url_for("admin.users"), "All users")
    return answer_shown_once(
        form,
        "user.invite",
        make,
        title="Invite a person",
        submit="Ask for the account",
        back=back,
        lead=CONFIRMED,
    )


@blueprint.get("/users/<uuid:user_id>")
def user(user_id: uuid.UUID) -> ResponseReturnValue:
    """One account, with what may be done about it."""
    found = finding.find_user(db(), user_id)
    return render_template(
        "admin/user.html",
        waiting=waiting_about(db(), user_id, request_now()),
        found=found,
        firm_name=finding.firm_name(db(), found),
        role_words=ROLE_WORDS,
        is_self=found.id == actor().user_id,
    )


@blueprint.route("/users/<uuid:user_id>/change", methods=["GET", "POST"])
def change_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Change the name or lower limits at once; ask for another role, firm or worker, and for higher limits."""
    found = finding.find_user(db(), user_id)
    form = _with_choices(ChangeForm(data=_data(found)))

    def change() -> str:
        details = _details(form)
        if step.gives_more(step.another(db(), actor(), user_id), details):
            ask.ask_role(db(), actor(), user_id, details, form.reason.data or "", request_now())
            return _sent()
        step.change(db(), actor(), user_id, details)
        flash("The account has been changed.", "success")
        return url_for("admin.user", user_id=user_id)

    return answer_form(
        form,
        "user.change",
        change,
        title=f"Role and limits of {found.display_name}",
        submit="Save",
        back=_back(found),
        lead="A name and lower limits count at once. Another role, firm or worker and higher limits wait until a second person confirms them.",
    )


@blueprint.route("/users/<uuid:user_id>/disable", methods=["GET", "POST"])
def disable_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Close an account at once."""
    found = finding.find_user(db(), user_id)
    form = ReasonForm()

    def disable() -> str:
        step.disable(db(), actor(), user_id, form.reason.data, request_now())
        flash("The account is disabled and its sessions have ended.", "success")
        return url_for("admin.user", user_id=user_id)

    return answer_form(
        form,
        "user.disable",
        disable,
        title=f"Disable the account of {found.display_name}",
        submit="Disable the account",
        kind="warning",
        back=_back(found),
        lead="Their sessions end at once, and they cannot sign in.",
    )


@blueprint.route("/users/<uuid:user_id>/enable", methods=["GET", "POST"])
def enable_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Ask that a disabled account be opened again."""
    found = finding.find_user(db(), user_id)
    form = WhyForm()

    def send() -> str:
        ask.ask_access(db(), actor(), Kind.REOPEN, user_id, form.reason.data or "", request_now())
        return _sent()

    return answer_form(
        form,
        "user.enable",
        send,
        title=f"Open the account of {found.display_name} again",
        submit="Ask to open the account",
        back=_back(found),
        lead="A second person confirms it first. It opens with the password that it had.",
    )


@blueprint.route("/users/<uuid:user_id>/password", methods=["GET", "POST"])
def reset_password(user_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a new password."""
    found = finding.find_user(db(), user_id)
    form = WhyForm()

    def send() -> tuple[str, str]:
        asked = ask.ask_access(db(), actor(), Kind.PASSWORD, user_id, form.reason.data or "", request_now())
        return _sent(), first_part(found.sign_in_name, asked.first_part)

    return answer_shown_once(
        form,
        "user.reset_password",
        send,
        title=f"Reset the password of {found.display_name}",
        submit="Ask for a new password",
        back=_back(found),
        lead="A second person confirms it first. You hand over the first part of the new password, they the second.",
    )


def _sent() -> str:
    flash(SENT, "success")
    return url_for("auth.waiting")


def _asked_for() -> dict[str, str]:
    """What the way to the form chose already: somebody of a firm's office."""
    return {"role": Role.CONTRACTOR.value, "firm_id": chosen("firm")} if chosen("firm") else {}


def _address(number: int) -> str:
    return url_for("admin.users", page=number, role=chosen("role"), q=chosen("q"), state=chosen("state"))


def _back(found: Any) -> tuple[str, str]:
    return url_for("admin.user", user_id=found.id), found.display_name


def _data(found: Any) -> dict[str, Any]:
    return {
        "display_name": found.display_name,
        "role": found.role,
        "firm_id": str(found.firm_id or ""),
        "worker_id": str(found.worker_id or ""),
        "raise_limit_cents": found.raise_limit_cents,
        "vary_limit_cents": found.vary_limit_cents,
    }


def _with_choices(form: Any) -> Any:
    """Firms to choose from, and the workers of all of them with the firm's name in front."""
    firms = finding.firm_choices(db())
    form.firm_id.choices = [NOBODY, *((str(firm_id), name) for firm_id, name in firms)]
    form.worker_id.choices = [NOBODY, *((str(i), label) for i, label in people.worker_choices(db()))]
    return form


def _details(form: UserForm) -> UserDetails:
    return UserDetails(
        display_name=form.display_name.data,
        role=Role(form.role.data),
        firm_id=uuid_or_none(form.firm_id.data or ""),
        worker_id=uuid_or_none(form.worker_id.data or ""),
        raise_limit_cents=form.raise_limit_cents.data or 0,
        vary_limit_cents=form.vary_limit_cents.data or 0,
    )
