"""Every answer forbids other origins, inline code, keeping and telling; one page hides what exists."""

import logging

import pytest

from web import create_app
from web.access import PUBLIC
from worksorders.domain.errors import Fault, FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError

CANARY = "12 Kowhai Lane"
EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
BROKEN = {
    "key": KeyError(CANARY),
    "missing": NotFoundError(CANARY),
    "refused": RefusedError("The order is closed: it cannot be issued.", state="closed", action="issue"),
    "barred": NotPermittedError("You raised this order: somebody else approves it."),
    "faults": FaultsError([Fault("a", "Quantity is −1: enter 0 or more."), Fault("b", "Rate is missing.")]),
}


@pytest.fixture
def app():
    """The application without a database, with routes that fail in each way."""
    made = create_app({"SECRET_KEY": "x" * 40, "PACKAGES": ("web.public", "web.auth")})

    def fail(how):
        raise BROKEN[how]

    for prefix, endpoint in (("/broken", "broken"), ("/api/broken", "broken_api")):
        made.add_url_rule(f"{prefix}/<how>", endpoint=endpoint, view_func=fail, methods=["GET", "POST"])
        made.extensions["access"][endpoint] = PUBLIC
    return made


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/help", 200),
        ("/healthz", 200),
        ("/leave", 303),
        ("/nowhere", 404),
        ("/sign-in", 200),
        ("/", 303),
        ("/broken/key", 500),
        ("/broken/refused", 409),
        ("/api/broken/faults", 422),
        ("/static/x/none.css", 404),
    ],
)
def test_every_answer_carries_the_headers(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "geolocation=()" in answer.headers["Permissions-Policy"]


def test_transport_security_is_asked_for_only_where_there_is_tls(client):
    assert "Strict-Transport-Security" not in client.get("/help").headers
    safe = client.get("/help", base_url="https://works.example.org.nz")
    assert safe.headers["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    ("base", "secure"),
    [("http://localhost:8000", False), ("http://127.0.0.1", False), ("http://works.example.org.nz", True)],
)
def test_the_cookie_is_secure_everywhere_but_here(client, base, secure):
    cookie = client.get("/sign-in", base_url=base).headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_only_static_files_of_this_version_may_be_kept(app, client):
    digest = app.extensions["static_digest"]
    kept = client.get(f"/static/{digest}/css/theme.css")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    kept.close()
    older = client.get("/static/0000/css/theme.css")
    assert older.headers["Cache-Control"] == "no-cache"
    older.close()


@pytest.mark.parametrize(
    "path", ["/static/x/../__init__.py", "/static/x/%2e%2e/__init__.py", "/static/x//etc/passwd"]
)
def test_static_addresses_do_not_lead_outside(client, path):
    assert client.get(path).status_code in {404, 308}


def test_unknown_missing_and_wrong_method_look_the_same(client):
    unknown = client.get("/nowhere").data
    assert client.get("/broken/missing").data == unknown
    assert client.post("/nowhere").data == unknown
    assert client.get("/nowhere?q=1").data == unknown


def test_a_crash_tells_a_code_and_nothing_else(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.get("/broken/key")
    assert answer.status_code == 500
    assert CANARY not in answer.text + caplog.text
    code = answer.text.split("this code: <strong>")[1].split("<")[0]
    assert f"incident {code}: KeyError" in caplog.text


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("refused", 409, "The order is closed: it cannot be issued."),
        ("barred", 403, "You raised this order: somebody else approves it."),
        ("faults", 422, "Quantity is −1: enter 0 or more."),
    ],
)
def test_a_rule_says_why_it_refuses(client, how, status, words):
    answer = client.get(f"/broken/{how}")
    assert (answer.status_code, words in answer.text) == (status, True)


def test_other_systems_get_every_fault_with_its_field(client):
    answer = client.get("/api/broken/faults")
    assert answer.mimetype == "application/problem+json"
    assert [fault["field"] for fault in answer.json["faults"]] == ["a", "b"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused(client, site):
    assert client.post("/sign-in", headers={"Sec-Fetch-Site": site}).status_code == 400


def test_a_form_without_a_token_is_refused(client):
    answer = client.post(
        "/sign-in", headers={"Sec-Fetch-Site": "same-origin"}, data={"name": "a", "password": "b"}
    )
    assert answer.status_code == 400
    assert "This form is too old" in answer.text


def test_the_health_check_answers_for_the_database():
    def down():
        raise ConnectionError(CANARY)

    assert (
        create_app({"SECRET_KEY": "x" * 40, "PACKAGES": ("web.public", "web.auth"), "HEALTH_CHECK": down})
        .test_client()
        .get("/healthz")
        .status_code
        == 503
    )
    assert (
        create_app({"SECRET_KEY": "x" * 40, "PACKAGES": ("web.public", "web.auth"), "HEALTH_CHECK": list})
        .test_client()
        .get("/healthz")
        .status_code
        == 200
    )


def test_the_application_does_not_start_without_a_secret(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        create_app({})


def test_nothing_on_a_public_page_names_what_the_product_is_for(client):
    for path in ("/sign-in", "/nowhere"):
        page = client.get(path).text.lower()
        assert not any(word in page for word in ("violence", "refuge", "abuse", "safety", "victim"))


def test_the_quick_exit_empties_the_cache_and_leaves_unsent_photos(client):
    answer = client.get("/leave")
    assert answer.headers["Location"] == "https://www.metservice.com/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
