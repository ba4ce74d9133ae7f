"""The base of every form: sent once only, errors at their field, the answer 422 while there are any."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

from flask import render_template
from flask_wtf import FlaskForm
from wtforms.fields import FieldList, FormField, HiddenField

from web.forms.fields import DateField
from web.forms.free_text import refuse_protected
from worksorders.domain.errors import Fault, FaultsError


class Form(FlaskForm):
    """A form of ours.

    `form_uuid` is made when the form is first rendered and sent back with it: a step stores it under a unique
    constraint, so that the same form sent twice leaves one record. A form that makes no record sets it to None.
    """

    # Fields whose words go into the vault and may therefore repeat what is in it.
    sealed_fields: ClassVar[frozenset[str]] = frozenset()
    form_uuid = HiddenField(default=lambda: str(uuid4()))

    @property
    def key(self) -> UUID:
        """The form's own id, for idempotency; only of a form that has been validated."""
        return UUID(self.form_uuid.data)

    def button_tag(self) -> str:
        """The hidden fields of a form that is one button among several: each has an id of its own, taken once."""
        if self.form_uuid is not None:
            self.form_uuid.data = str(uuid4())
        tag: str = self.hidden_tag()
        return tag

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form: 422 while it has errors."""
        return 422 if self.errors else 200

    def validate(self, extra_validators: Any = None) -> bool:
        """All fields, what free text may not repeat, and the form's id; every fault is found, not only the first."""
        valid = bool(super().validate(extra_validators))
        valid = refuse_protected(leaves(self), self.sealed_fields) and valid
        if self.form_uuid is None:
            return valid
        try:
            UUID(str(self.form_uuid.data))
        except ValueError:
            self.form_errors.append("This form is too old. Reload the page and fill it in again.")
            valid = False
        return valid

    def error_links(self) -> list[dict[str, str]]:
        """Each error with the address of its field, for the summary at the top of the page."""
        links = [{"text": str(error)} for error in self.form_errors]
        for field in leaves(self):
            address = f"#{anchor(field)}"
            links.extend({"text": error, "href": address} for error in field.errors if isinstance(error, str))
        return links


def leaves(form: Any) -> Iterator[Any]:
    """Every field of a form, those inside lists and inner forms too; lists themselves come before their rows."""
    for field in form:
        yield from _within(field)


def _within(field: Any) -> Iterator[Any]:
    if isinstance(field, FormField):
        yield from leaves(field.form)
    elif isinstance(field, FieldList):
        yield field
        for entry in field.entries:
            yield from _within(entry)
    else:
        yield field


def anchor(field: Any) -> str:
    """The id of the element that an error's link moves to."""
    return f"{field.name}-day" if isinstance(field, DateField) else str(field.id)


def apply_faults(form: Form, faults: FaultsError | Iterable[Fault]) -> None:
    """Put a rule's faults beside their fields; a fault without such a field goes to the form as a whole."""
    named = {field.name: field for field in leaves(form)}
    for fault in faults.faults if isinstance(faults, FaultsError) else faults:
        field = named.get(fault.field) or named.get(fault.field.replace(".", "-"))
        if field is None or isinstance(field, HiddenField):
            form.form_errors.append(fault.message)
        else:
            field.errors = [*field.errors, fault.message]


def render_form(template: str, form: Form, **values: Any) -> tuple[str, int]:
    """The page with its form and the right status, to be returned from a view as it is."""
    return render_template(template, form=form, **values), form.status
