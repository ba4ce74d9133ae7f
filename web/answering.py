"""What pages of one form share: take it once, show it again with its faults, and send a file or a filter's value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.filters import plural
from web.forms.base import Form, apply_faults
from worksorders.domain.errors import FaultsError
from worksorders.steps.admin.files import BrokenFilesError


def answer(
    form: Form, purpose: str, action: Callable[[], str], template: str, **page: Any
) -> ResponseReturnValue:
    """Do what the form asks, once, and go where the action says; show its page again with the faults, else."""
    return _taken(form, purpose, action) or (render_template(template, form=form, **page), form.status)


def answer_form(
    form: Form, purpose: str, action: Callable[[], str], *, file_field: str = "", **page: Any
) -> ResponseReturnValue:
    """The same for a page that holds nothing but its form; `page` is what `form_page` takes.

    A file that is broken has its faults listed on the page, told at `file_field` or for the whole form.
    """
    try:
        return _taken(form, purpose, action) or form_page(form, **page)
    except BrokenFilesError as broken:
        db().rollback()
        words = f"The file has {plural(len(broken.faults), 'fault')}, listed on this page. Nothing was kept."
        if file_field:
            form[file_field].errors = [words]
        else:
            form.form_errors.append(words)
        return form_page(form, broken=broken, **page)


def answer_shown_once(
    form: Form, purpose: str, make: Callable[[], tuple[str, str]], **page: Any
) -> ResponseReturnValue:
    """Like `answer_form`, but show what was made (a secret) instead of redirecting; sent twice, it is not shown again.

    `make` gives the address to go on to, and the page that shows it.
    """
    shown: list[str] = []

    def action() -> str:
        onward, made = make()
        shown.append(made)
        return onward

    response = answer_form(form, purpose, action, **page)
    return shown[0] if shown else response


def first_password(
    sign_in_name: str, password: str, back: tuple[str, str], layout: str = "layout_staff.html"
) -> str:
    """The page that hands a first password over; `back` is an address and its words."""
    return render_template(
        "first_password.html", sign_in_name=sign_in_name, password=password, back=back, layout=layout
    )


def first_part(sign_in_name: str, part: str) -> str:
    """The page that shows who asked the first part of a first password, once."""
    return render_template("auth/first_part.html", sign_in_name=sign_in_name, part=part, form=None)


def form_page(
    form: Form,
    *,
    title: str,
    submit: str,
    back: tuple[str, str],
    lead: str | Sequence[str] = "",
    kind: str = "",
    upload: bool = False,
    broken: BrokenFilesError | None = None,
    link: tuple[str, str] | None = None,
    layout: str = "layout_staff.html",
) -> ResponseReturnValue:
    """A page that holds one form: what it is for, its fields in their order, its button, and the way back.

    `back` and `link` are an address and its words; `kind` is that of the button.
    """
    page = render_template(
        "one_form.html",
        form=form,
        page_title=title,
        submit=submit,
        back=back,
        lead=(lead,) if isinstance(lead, str) else lead,
        kind=kind,
        upload=upload,
        broken=broken,
        link=link,
        layout=layout,
    )
    return page, form.status


def _taken(form: Form, purpose: str, action: Callable[[], str]) -> ResponseReturnValue | None:
    """Where the action goes; None where the form was not sent or has faults, which it carries then."""
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return None


def button(purpose: str, action: Callable[[], str], back: str) -> ResponseReturnValue:
    """Do what one button asks, once; its faults are told on the page that it stands on."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(back, 303)
    try:
        return take_once(form.key, purpose, action)
    except FaultsError as faults:
        db().rollback()
        flash(" ".join(fault.message for fault in faults.faults), "error")
        return redirect(back, 303)


def chosen(name: str) -> str:
    """A filter in the address, without blanks at its ends."""
    return request.args.get(name, "").strip()[:100]


def download(content: bytes | str, name: str, mimetype: str = "text/csv") -> Response:
    """A file to be saved, never shown inside a page of ours; its name is in plain letters."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def fresh_form() -> Form:
    """A form for a single button; each button has one of its own, since a form is taken once."""
    return Form(formdata=None)
