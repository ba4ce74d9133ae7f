"""Pages that anyone may read without signing in: help in danger, how to hide a visit, and a quick way out."""

from flask import Blueprint, Response, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from web.access import PUBLIC
from web.health import check_health

blueprint = Blueprint("public", __name__)

# Name, what it is, the number as people know it, and the number to dial.
CONTACTS = (
    ("Women’s Refuge", "Crisis line, free, at any hour", "0800 REFUGE (0800 733 843)", "0800733843"),
    ("Shine", "Helpline, free, 9 am to 11 pm every day", "0508 744 633", "0508744633"),
    ("It’s Not OK", "Information line", "0800 456 450", "0800456450"),
    (
        "Shakti",
        "Crisis line at any hour, for African, Asian and Middle Eastern women and their children",
        "0800 742 584",
        "0800742584",
    ),
)
POLICY = {"help_page": PUBLIC, "leave": PUBLIC, "healthz": PUBLIC}


@blueprint.get("/help")
def help_page() -> str:
    """Crisis numbers, how to hide a visit, and the quick exit."""
    return render_template("public/help.html", contacts=CONTACTS)


@blueprint.get("/leave")
def leave() -> ResponseReturnValue:
    """Leave for an everyday site and clear the browser's cache of this one, but no worker's unsent photos."""
    response = redirect(current_app.config["QUICK_EXIT_URL"], code=303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when the database answers, 503 when it does not."""
    healthy = check_health()
    return Response(
        "ok\n" if healthy else "not ready\n", status=200 if healthy else 503, mimetype="text/plain"
    )
