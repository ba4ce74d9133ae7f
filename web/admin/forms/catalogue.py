"""The form that brings a new catalogue."""

from flask_wtf.file import FileRequired

from web.forms.base import Form
from web.forms.fields import DateField, FileField, Required


class CatalogueForm(Form):
    """The two files of a version, and the day from which it counts."""

    items = FileField("Measures (catalogue.csv)", validators=[FileRequired("Choose the file of measures.")])
    findings = FileField("Rules (findings.csv)", validators=[FileRequired("Choose the file of rules.")])
    valid_from = DateField(
        "First day",
        description="Today puts it in force at once; on a later day it takes effect by itself.",
        validators=[Required("Enter the first day.")],
    )
