"""Fields take what people type, keep it when it is wrong, and say what to type instead."""

from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal

import pytest
from flask import render_template_string
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField
from wtforms import Form as PlainForm

from web import create_app
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    MoneyField,
    PhoneField,
    QuantityField,
    RadioField,
    Required,
    SelectField,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from worksorders.domain.errors import Fault, FaultsError

APP = create_app({"SECRET_KEY": "x" * 40, "WTF_CSRF_ENABLED": False, "PACKAGES": ("web.public",)})
TRADES = [("", "Choose a trade"), ("joiner", "Joiner")]


class Line(PlainForm):
    item = TextField("Item", [Required("Enter the item.")])
    price = MoneyField("Price")


class Everything(Form):
    day = DateField("Day of the visit")
    start = TimeField("Start")
    price = MoneyField("Price")
    quantity = QuantityField("Quantity", most=100)
    count = WholeNumberField("Workers", least=1, most=4)
    phone = PhoneField("Phone")
    secure = YesNoField("Secure")
    trade = SelectField("Trade", choices=TRADES)
    side = RadioField("Side", choices=[("left", "Left"), ("right", "Right")])
    urgent = CheckboxField("It cannot wait", description="Then it is approved at once")
    days = CheckboxesField("Days", choices=["mon", "tue"])
    lines = FieldList(FormField(Line))


class Needed(Form):
    day = DateField("Day", [Required("Enter the day.")])
    price = MoneyField("Price", [Required("Enter a price.")])
    trade = SelectField("Trade", [Required("Choose a trade.")], choices=TRADES)
    secure = YesNoField("Secure", [Required("Say yes or no.")])


@contextmanager
def sent(kind, **data):
    """The form as sent with these values, validated, within its request."""
    with APP.test_request_context("/", method="POST", data=data):
        form = kind()
        form.validate()
        yield form


def read(name, *values):
    """The value of one field and its first error."""
    with sent(Everything, **{name: list(values)}) as form:
        str(form[name]())
        return form[name].data, (form[name].errors or [""])[0]


@pytest.mark.parametrize("parts", [("21", "11", "2026"), (" 21 ", "11", "26"), ("2026-11-21",)])
def test_a_date_is_read(parts):
    assert read("day", *parts) == (date(2026, 11, 21), "")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("31", "2", "2026"), "“31/2/2026” is not a real date"),
        (("21",), "must include a month and a year"),
        (("21", "", "2026"), "must include a month"),
        (("a", "b", "c"), "is not a real date"),
        (("1", "1", "99999999"), "is not a real date"),
    ],
)
def test_a_wrong_date_is_named(parts, words):
    value, error = read("day", *parts)
    assert value is None
    assert words in error


def test_what_a_single_box_means_is_said_under_its_label():
    with sent(Everything) as form:
        shown = str(form.urgent())
    assert shown.index("It cannot wait") < shown.index("Then it is approved at once")
    assert 'aria-describedby="urgent-item-hint"' in shown


@given(st.lists(st.text(max_size=6), max_size=8))
def test_any_number_of_parts_is_shown_again_and_never_fails(parts):
    with sent(Everything, day=parts) as form:
        assert str(form.day()).count('type="text"') == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9:30 am", time(9, 30)),
        ("12 am", time(0)),
        ("12:15pm", time(12, 15)),
        ("3 p.m.", time(15)),
        ("1540", time(15, 40)),
        ("08:05:00", time(8, 5)),
    ],
)
def test_a_time_is_read(text, value):
    assert read("start", text) == (value, "")


@pytest.mark.parametrize("text", ["25:00", "13 pm", "0 am", "9:75", "soon"])
def test_a_wrong_time_is_named(text):
    assert f"“{text}” is not a time of day" in read("start", text)[1]


@pytest.mark.parametrize(
    ("text", "cents"), [("1,234.50", 123450), ("$50", 5000), ("0.5", 50), ("$1 234", 123400)]
)
def test_an_amount_is_read_in_cents(text, cents):
    assert read("price", text) == (cents, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fifty", "“fifty” is not"),
        ("1.005", "at most two decimals"),
        ("-5", "0.00 or more"),
        ("1,23", "is not"),
    ],
)
def test_a_wrong_amount_is_named(text, words):
    value, error = read("price", text)
    assert value is None
    assert words in error


@given(st.integers(0, 10**10))
def test_an_amount_that_is_shown_is_read_again(cents):
    with APP.test_request_context("/"):
        shown = Everything(price=cents).price._value()
    assert read("price", shown) == (cents, "")


def test_quantities_and_counts_keep_their_limits():
    assert read("quantity", "1.5") == (Decimal("1.5"), "")
    assert read("quantity", "1.23456")[1].startswith("Quantity must be a number like 2 or 1.5")
    assert read("quantity", "101")[1] == "Quantity must be 100 or less, not 101."
    assert read("count", "4") == (4, "")
    assert read("count", "0")[1] == "Workers must be 1 or more, not 0."
    assert read("count", "2.5")[1] == "Workers must be a whole number: “2.5” is not."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("021 123 4567", "+64211234567"),
        ("(09) 123-4567", "+6491234567"),
        ("+64 (0)21 123 4567", "+64211234567"),
        ("0800 733 843", "+64800733843"),
        ("0061 412 345 678", "+61412345678"),
    ],
)
def test_a_phone_is_read(text, value):
    assert read("phone", text) == (value, "")


@pytest.mark.parametrize("text", ["12", "021 123", "call me", "+64 21 12345678901234"])
def test_a_wrong_phone_is_named(text):
    assert f"“{text}” is not" in read("phone", text)[1]


def test_what_was_typed_stays_in_the_box():
    with sent(Everything, price="fifty") as form:
        assert 'value="fifty"' in form.price()


def test_choices_not_made_are_no_error_and_false_ones_are():
    assert read("side") == (None, "")
    assert read("side", "middle")[1] == "Choose one of those shown."
    assert read("days", "mon", "tue") == (["mon", "tue"], "")
    assert "Choose one of those shown." in read("days", "sun")[1]


def test_yes_no_and_nothing_are_three_answers():
    for values, answer in ((["yes"], True), (["no"], False), ([], None)):
        with sent(Everything, secure=values) as form:
            assert form.secure.answer is answer


def test_what_is_needed_is_asked_for_and_a_better_message_is_kept():
    with sent(Needed, day=["1"], trade="") as form:
        texts = [link["text"] for link in form.error_links()]
    assert texts == [
        "Day must include a month and a year.",
        "Enter a price.",
        "Choose a trade.",
        "Say yes or no.",
    ]


def test_every_error_leads_to_an_element_on_the_page():
    with sent(Needed) as form:
        page = "".join(str(field()) for field in form)
        for link in form.error_links():
            assert f'id="{link["href"][1:]}"' in page


def test_errors_inside_a_list_lead_to_their_line():
    with sent(Everything, **{"lines-0-item": "D01", "lines-1-item": "", "lines-1-price": "x"}) as form:
        links = form.error_links()
    assert [link["href"] for link in links] == ["#lines-1-item", "#lines-1-price"]


def test_a_rule_speaks_at_its_field_and_otherwise_for_the_whole_form():
    faults = FaultsError(
        [Fault("lines-0-price", "No rate."), Fault("lines.0.item", "Unknown item."), Fault("", "Closed.")]
    )
    with sent(Everything, **{"lines-0-item": "D99"}) as form:
        assert form.errors == {}
        apply_faults(form, faults)
        assert form.error_links() == [
            {"text": "Closed."},
            {"text": "Unknown item.", "href": "#lines-0-item"},
            {"text": "No rate.", "href": "#lines-0-price"},
        ]
        assert form.status == 422
        assert "No rate." in form.lines[0].form.price()


def test_the_form_has_one_id_that_survives_its_errors():
    with APP.test_request_context("/"):
        first, second = Everything(), Everything()
        assert first.form_uuid.data != second.form_uuid.data
    with sent(Needed, form_uuid=first.form_uuid.data) as form:
        assert str(form.key) == first.form_uuid.data
        assert f'value="{first.form_uuid.data}"' in form.hidden_tag()


def test_a_forged_form_id_is_refused():
    with sent(Everything, form_uuid="1 or 1=1") as form:
        assert form.error_links() == [{"text": "This form is too old. Reload the page and fill it in again."}]


def test_a_page_with_errors_answers_422():
    with sent(Needed) as form:
        assert render_form("errors/page.html", form, title="x", advice="y", faults=[], code="")[1] == 422
    with APP.test_request_context("/"):
        assert render_form("errors/page.html", Needed(), title="x", advice="y", faults=[], code="")[1] == 200


def test_our_templates_refuse_missing_names_and_gov_uk_macros_do_not():
    with APP.test_request_context("/"):
        with pytest.raises(Exception, match="is undefined"):
            APP.jinja_env.from_string("{{ nothing_here }}").render()
        tag = '{% from "govuk_frontend_jinja/components/tag/macro.html" import govukTag %}{{ govukTag({"text": "Ā"}) }}'
        assert "Ā" in APP.jinja_env.from_string(tag).render()


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\ufeff"])
def test_a_sign_that_nobody_sees_is_refused_at_its_field(sign):
    with APP.test_request_context(method="POST", data={"item": f"Lo{sign}ck"}):
        form = Line(formdata=MultiDict({"item": f"Lo{sign}ck"}))
        assert not form.validate()
        assert "cannot be seen after “o”" in form.item.errors[0]


def test_no_browser_remembers_what_is_typed_into_a_form():
    page = '{% from "components/forms.html" import form_tag %}{% call form_tag(form) %}{% endcall %}'
    with APP.test_request_context():
        assert ' autocomplete="off"' in render_template_string(page, form=Needed())
