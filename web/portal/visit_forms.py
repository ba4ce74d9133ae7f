"""The forms of a visit: photos, no access, and the password before the address."""

from __future__ import annotations

from typing import Any

from wtforms.validators import Length, ValidationError

from web.forms.base import Form
from web.forms.fields import FilesField, HiddenField, PasswordField, RadioField, Required, SelectField
from worksorders.domain.lifecycle.reasons import GIVE_BACK
from worksorders.steps.site.find.visits import VisitPage
from worksorders.steps.site.stop import REASONS

LONGEST_PASSWORD = 256


class PasswordForm(Form):
    """The password, asked again before each reading of an address; it makes no record of its own."""

    form_uuid = None
    step_up = HiddenField()
    password = PasswordField("Your password", validators=[Length(max=LONGEST_PASSWORD)])

    def validate_password(self, field: Any) -> None:
        """One of the two: the password, or a passkey that was just shown."""
        if not field.data and not self.step_up.data:
            raise ValidationError("Enter your password.")


class StopForm(Form):
    """Why the visit could not be carried out."""

    reason = RadioField(
        "What happened?", choices=list(REASONS), validators=[Required("Choose what happened.")]
    )


class GiveBackForm(Form):
    """Why the firm gives an accepted visit back."""

    reason = RadioField(
        "Why do you give it back?",
        choices=list(GIVE_BACK.choices()),
        validators=[Required("Choose the reason that fits best.")],
    )


class PhotoForm(Form):
    """Photos of one line, or of the visit as a whole."""

    photos = FilesField("Photos", validators=[Required("Choose or take at least one photo.")])
    line = SelectField("What do they show?", choices=[])

    def files(self) -> list[bytes]:
        """The content of each file chosen."""
        return [file.read() for file in self.photos.data]


def _unsent(*, fresh: bool) -> dict[str, Any]:
    """A form of which nothing was sent reads nothing of the request."""
    return {"formdata": None} if fresh else {}


def photo_form(page: VisitPage, *, fresh: bool = False) -> PhotoForm:
    """The upload of one visit: as sent, or `fresh`."""
    form = PhotoForm(**_unsent(fresh=fresh))
    form.line.choices = [("", "The visit as a whole"), *((str(line.id), line.title) for line in page.lines)]
    return form
