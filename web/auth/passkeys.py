"""Passkeys for the page's script: options out, answers in, one challenge each."""

from __future__ import annotations

from flask import flash, g, jsonify, session, url_for
from flask.typing import ResponseReturnValue

from web.auth.loading import COOKIE_KEY
from web.auth.routes import blueprint, confirm_password
from web.auth.site import answered, asked, given, refused, site
from web.edge import actor, db
from web.extensions import request_now
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps.accounts import passkeys


@blueprint.post("/passkeys/sign-in/options")
def passkey_options() -> ResponseReturnValue:
    """Ask whatever passkey the device holds."""
    return asked(passkeys.ask_who(db(), site(), request_now()))


@blueprint.post("/passkeys/sign-in")
def passkey_sign_in() -> ResponseReturnValue:
    """Open a session for the passkey's owner."""
    try:
        challenge, credential, _ = answered()
        token, _ = passkeys.sign_in(db(), site(), challenge, credential, request_now())
    except NotPermittedError as refusal:
        return refused(str(refusal))
    session.clear()
    session[COOKIE_KEY] = token
    session.permanent = True
    return jsonify(location=url_for("auth.home"))


@blueprint.post("/passkeys/step-up/options")
def step_up_options() -> ResponseReturnValue:
    """Ask for one of the person's own passkeys again."""
    try:
        return asked(passkeys.ask_again(db(), site(), actor(), request_now()))
    except NotPermittedError as refusal:
        return refused(str(refusal))


@blueprint.post("/passkeys/step-up")
def step_up() -> ResponseReturnValue:
    """Note that it was shown; the next reading within a minute takes it."""
    try:
        challenge, credential, _ = answered()
        passkeys.step_up(db(), site(), actor(), challenge, credential, request_now())
    except NotPermittedError as refusal:
        return refused(str(refusal))
    return jsonify(id=str(challenge))


@blueprint.post("/account/passkeys/options")
def new_passkey_options() -> ResponseReturnValue:
    """Ask the device to make a passkey; who holds an open session alone cannot add a key of their own to it."""
    try:
        if not g.must_enrol:
            confirm_password(given("password"))
        return asked(passkeys.ask_for_new(db(), site(), actor(), request_now()))
    except NotPermittedError as refusal:
        return refused(str(refusal))


@blueprint.post("/account/passkeys")
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey that was made."""
    try:
        challenge, credential, name = answered()
        passkeys.keep_new(db(), site(), actor(), challenge, credential, name, request_now())
    except FaultsError as faults:
        g.discard = True
        return refused(str(faults))
    except NotPermittedError as refusal:
        return refused(str(refusal))
    flash("The passkey has been added.", "success")
    return jsonify(location=url_for("auth.account"))
