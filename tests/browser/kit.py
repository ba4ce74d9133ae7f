"""A page with every part of the design on it, added to the real application for the browser tests alone."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from web import create_app
from web.access import PUBLIC
from web.extensions import request_now
from web.forms.base import Form, render_form
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FilesField,
    MoneyField,
    PhoneField,
    QuantityField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from web.navigation import NavItem

PAGES = Path(__file__).parent / "pages"
PASSWORD = "right horse"
PARTS = ("web.public", "web.auth")


class EveryField(Form):
    name = TextField("Name of the firm", [Required("Enter the name of the firm.")])
    visit_on = DateField(
        "Day of the visit", [Required("Enter the day of the visit.")], description="For example 21 11 2026"
    )
    price = MoneyField("Price", [Required("Enter a price.")])
    quantity = QuantityField("Quantity")
    phone = PhoneField("Phone")
    secure = YesNoField("Is the opening secure tonight?", [Required("Say whether it is secure tonight.")])
    trade = SelectField(
        "Trade", choices=[("", "Choose a trade"), ("joiner", "Joiner"), ("glazier", "Glazier")]
    )
    days = CheckboxesField("Days", choices=[("mon", "Monday"), ("tue", "Tuesday")])
    notes = TextAreaField("Notes")
    photos = FilesField("Photos")
    agree = CheckboxField("The client agrees")


def _orders():
    now = request_now()
    return [
        ("WO-1042", "Whangārei", "Issued", "info", now + timedelta(hours=3)),
        ("WO-1043", "Ōtautahi Christchurch", "Accepted", "good", now + timedelta(days=3, hours=4)),
        ("WO-1044", "Taupō", "On hold", "warn", None),
        ("WO-1045", "Te Awamutu", "Insecure tonight", "danger", now - timedelta(hours=5)),
    ]


def make_app(**settings):
    """The application with `/kit` (staff), `/kit/portal` (phone) and a stand-in for unlocking."""
    kit = Blueprint("kit", __name__, template_folder="pages")
    turns = {"asked": 0}

    @kit.before_request
    def somebody():
        g.user = SimpleNamespace(name="Mere Aroha", role="coordinator")

    def show(layout):
        form, other = EveryField(), EveryField(formdata=MultiDict())
        if form.validate_on_submit():
            flash("The order is saved.", "success")
            return redirect(request.path, 303)
        values = {
            "layout": layout,
            "orders": _orders(),
            "other": other,
            "address": lambda page: f"/kit?page={page}",
        }
        return render_form("kit.html", form, **values)

    @kit.route("/kit", methods=["GET", "POST"], endpoint="staff")
    def staff():
        return show("layout_staff.html")

    @kit.route("/kit/portal", methods=["GET", "POST"], endpoint="portal")
    def portal():
        return show("layout_portal.html")

    @kit.get("/kit/progress")
    def progress():
        turns["asked"] += 1
        return render_template("progress.html", done=turns["asked"] > 1)

    @kit.post("/kit/unlock")
    def unlock():
        return ("", 204) if request.form["password"] == PASSWORD else ("", 422)

    @kit.get("/kit/broken")
    def broken():
        abort(409)

    app = create_app(
        {"SECRET_KEY": "x" * 40, "IDLE_UNLOCK_ENDPOINT": "kit.unlock", "PACKAGES": PARTS, **settings}
    )
    app.register_blueprint(kit)
    app.extensions["navigation"][:] = [
        NavItem("kit.staff", "Today"),
        NavItem("kit.portal", "Orders"),
        NavItem("public.help_page", "Help", frozenset({"coordinator"})),
        NavItem("kit.unlock", "For others", frozenset({"finance"})),
    ]
    app.extensions["access"].update(
        dict.fromkeys([f"kit.{name}" for name in ("staff", "portal", "progress", "unlock", "broken")], PUBLIC)
    )
    return app
