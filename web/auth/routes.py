"""Sign in, sign out, unlock, and the way to each role's first page."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from web.auth.forms import PasswordForm, SignInForm, UnlockForm
from web.auth.loading import COOKIE_KEY
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import apply_faults
from web.services import services
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.roles import Role
from worksorders.steps import sign_in as signing
from worksorders.steps.accounts import codes

blueprint = Blueprint("auth", __name__)
# Where the browser keeps which code it was asked for.
PENDING = "pending"
# No second slash at its beginning, and none of the signs that browsers drop or take for a slash.
OWN_PATH = re.compile(r"/(?:[A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?")

FIRST_PAGES = {
    Role.COORDINATOR: "coordinator.today",
    Role.CONTRACTOR: "portal.today",
    Role.FINANCE: "finance.queue",
    Role.ADMINISTRATOR: "admin.users",
    Role.AUDITOR: "admin.audit",
    Role.PRIVACY_OFFICER: "admin.audit",
}


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page of the signed-in person's role."""
    endpoint = FIRST_PAGES[actor().role]
    if endpoint not in current_app.view_functions:
        abort(404)
    return redirect(url_for(endpoint), 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; a failed try is counted even though nothing else is saved."""
    if request.method == "GET" and g.user is not None:
        return redirect(url_for("auth.home"), 303)
    form = SignInForm()
    if form.validate_on_submit():
        where = request.remote_addr or ""
        try:
            token, _ = signing.sign_in(db(), form.name.data, form.password.data, request_now(), where=where)
        except signing.CodeNeededError as needed:
            session[PENDING] = str(codes.ask(db(), needed.user, request_now()))
            return redirect(url_for("auth.code", next=_safe_next()), 303)
        except NotPermittedError as refusal:
            with services().sessions.begin() as own:
                signing.note_failure(own, form.name.data, request_now(), where=where)
            form.password.errors = [str(refusal)]
        else:
            return with_cookie(token)
    return render_template("auth/sign_in.html", form=form), 422 if form.errors else 200


def with_cookie(token: str) -> ResponseReturnValue:
    """A new session cookie, with a new CSRF secret in it, and on to where the person wanted to go."""
    session.clear()
    session[COOKIE_KEY] = token
    session.permanent = True
    return redirect(_safe_next() or url_for("auth.home"), 303)


def _safe_next() -> str | None:
    """The wanted page, if it is a path of ours."""
    wanted = request.args.get("next", "")
    return wanted if OWN_PATH.fullmatch(wanted) else None


@blueprint.route("/unlock", methods=["GET", "POST"])
def unlock() -> ResponseReturnValue:
    """Ask for the password again; the page's own script sends it too, and then wants no page back."""
    form = UnlockForm()
    if form.validate_on_submit():
        try:
            confirm_password(form.password.data or "")
        except NotPermittedError as refusal:
            form.password.errors = [str(refusal)]
        else:
            if request.accept_mimetypes.best == "application/json":
                return "", 204
            return redirect(_safe_next() or url_for("auth.home"), 303)
    return render_template("auth/unlock.html", form=form), 422 if form.errors else 200


def confirm_password(password: str) -> None:
    """Pass with the right password alone; a wrong one counts as a failed try. Raises NotPermittedError."""
    try:
        signing.unlock(db(), actor(), password, request_now())
    except NotPermittedError:
        with services().sessions.begin() as own:
            signing.note_failure(own, signing.name_of(own, actor()), request_now())
        raise


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Choose another password; whoever came with a first one gets nowhere else before."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            signing.choose_password(db(), actor(), form.present.data, form.wanted.data, request_now())
        except FaultsError as faults:
            if "present" in faults.by_field():
                with services().sessions.begin() as own:
                    signing.note_failure(own, signing.name_of(own, actor()), request_now())
            apply_faults(form, faults)
        except NotPermittedError as refusal:
            form.present.errors = [str(refusal)]
        else:
            flash("Your password has been changed. Your other sessions have ended.", "success")
            return redirect(url_for("auth.home"), 303)
    page = render_template("auth/password.html", form=form, first=g.must_choose_password)
    return page, 422 if form.errors else 200


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session and have the browser forget everything of ours."""
    signing.sign_out(db(), actor(), request_now())
    session.clear()
    flash("You have signed out.", "success")
    response = redirect(url_for("auth.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
