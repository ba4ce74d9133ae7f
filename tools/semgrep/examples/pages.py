"""Breaches of the rules over pages, and their fair neighbours, for `semgrep --test`."""

import io

import jinja2

# ruleid: escaping-off
from markupsafe import Markup

# ok: escaping-off
from markupsafe import escape

from flask import flash, redirect, render_template, render_template_string, request, send_file, send_from_directory, url_for


def show(name, form, folder, csrf, app, blueprint, content):
    # ruleid: escaping-off
    Markup(f"<b>{name}</b>")
    # ruleid: escaping-off
    jinja2.Environment(loader=folder)
    # ruleid: escaping-off
    jinja2.Environment(loader=folder, autoescape=False)
    # ok: escaping-off
    jinja2.Environment(loader=folder, autoescape=True)
    # ruleid: template-of-text
    render_template_string("Hello " + name)
    # ruleid: template-of-text
    jinja2.Template(name)
    # ok: template-of-text
    render_template("hello.html", name=name)
    # ruleid: file-by-its-name
    send_file(name)
    # ruleid: file-by-its-name
    send_from_directory(folder, name)
    # ok: file-by-its-name
    send_file(io.BytesIO(content), mimetype="application/pdf")
    # ruleid: form-without-token
    csrf.exempt(blueprint)
    # ruleid: form-without-token
    app.config["WTF_CSRF_ENABLED"] = False
    # ok: form-without-token
    app.config["WTF_CSRF_TIME_LIMIT"] = 3600


def lead(form, _safe_next):
    # ruleid: redirect-of-the-request
    redirect(request.args["next"], 303)
    address = request.referrer or "/"
    # ruleid: redirect-of-the-request
    redirect(address)
    # ruleid: redirect-of-the-request
    redirect(form.next.data)
    # ok: redirect-of-the-request
    redirect(url_for("orders.order", code=request.args["code"]), 303)
    # ok: redirect-of-the-request
    redirect(_safe_next() or url_for("auth.home"), 303)


def answer(response):
    # ruleid: header-of-its-own
    response.headers["Content-Security-Policy"] = "default-src *"
    # ruleid: header-of-its-own
    response.headers["Access-Control-Allow-Origin"] = "*"
    # ruleid: header-of-its-own
    response.headers.set("Cache-Control", "public")
    # ok: header-of-its-own
    response.headers["Content-Disposition"] = "attachment"
    # ruleid: cookie-of-its-own
    response.set_cookie("seen", "yes")
    # ok: cookie-of-its-own
    flash("Seen.")
