"""Accounts: list, invite, change, disable, and a new password that is shown once."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, chosen, page_number, uuid_or_none
from web.admin.forms.users import ROLE_WORDS, InviteForm, ReasonForm, UserForm
from web.answering import answer_form, answer_shown_once, first_password, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms import Form
from worksorders.domain.roles import Role
from worksorders.steps.admin import users as step
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.people import workers as people

NOBODY = ("", "None")
HAND_OVER = "A first password is made and shown to you once. Hand it over in person or by phone."


@blueprint.get("/users")
def users() -> str:
    """Everybody with an account."""
    found = step.find_users(
        db(), role=chosen("role"), text=chosen("q"), state=chosen("state"), page=page_number()
    )
    return render_template("admin/users.html", found=found, role_words=ROLE_WORDS, address=_address)


@blueprint.route("/users/new", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """Make an account and show its first password, once."""
    form = _with_choices(InviteForm(data=_asked_for()))

    def make() -> tuple[str, str]:
        return _handed_over(
            *step.invite(db(), actor(), form.sign_in_name.data, _details(form), request_now())
        )

    back = (url_for("admin.users"), "All users")
    return answer_shown_once(
        form,
        "user.invite",
        make,
        title="Invite a person",
        submit="Make the account",
        back=back,
        lead=HAND_OVER,
    )


@blueprint.get("/users/<uuid:user_id>")
def user(user_id: uuid.UUID) -> ResponseReturnValue:
    """One account, with what may be done about it."""
    found = step.find_user(db(), user_id)
    return render_template(
        "admin/user.html",
        found=found,
        firm_name=step.firm_name(db(), found),
        fresh_form=fresh_form,
        role_words=ROLE_WORDS,
        is_self=found.id == actor().user_id,
    )


@blueprint.route("/users/<uuid:user_id>/change", methods=["GET", "POST"])
def change_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Change name, role, firm or limits."""
    found = step.find_user(db(), user_id)
    form = _with_choices(UserForm(data=_data(found)))

    def change() -> str:
        step.change(db(), actor(), user_id, _details(form), request_now())
        flash("The account has been changed.", "success")
        return url_for("admin.user", user_id=user_id)

    return answer_form(
        form,
        "user.change",
        change,
        title=f"Role and limits of {found.display_name}",
        submit="Save",
        back=_back(found),
        lead="A new role or firm ends the person’s sessions at once.",
    )


@blueprint.route("/users/<uuid:user_id>/disable", methods=["GET", "POST"])
def disable_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Close an account at once."""
    found = step.find_user(db(), user_id)
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


@blueprint.post("/users/<uuid:user_id>/enable")
def enable_user(user_id: uuid.UUID) -> ResponseReturnValue:
    """Open a disabled account again."""
    found = step.find_user(db(), user_id)

    def enable() -> str:
        step.enable(db(), actor(), user_id)
        flash("The account is open again.", "success")
        return url_for("admin.user", user_id=user_id)

    title = f"Open the account of {found.display_name} again"
    return answer_form(
        Form(), "user.enable", enable, title=title, submit="Open the account", back=_back(found)
    )


@blueprint.post("/users/<uuid:user_id>/password")
def reset_password(user_id: uuid.UUID) -> ResponseReturnValue:
    """Give a new password, shown once."""
    found = step.find_user(db(), user_id)
    return answer_shown_once(
        Form(),
        "user.reset_password",
        lambda: _handed_over(*step.reset_password(db(), actor(), user_id, request_now())),
        title=f"Reset the password of {found.display_name}",
        submit="Reset the password",
        back=_back(found),
    )


def _handed_over(user: Any, password: str) -> tuple[str, str]:
    """The account to go on to, and the page that shows its first password."""
    back = (url_for("admin.users"), "Back to all users")
    return url_for("admin.user", user_id=user.id), first_password(user.sign_in_name, password, back)


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
    firms = step.firm_choices(db())
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
