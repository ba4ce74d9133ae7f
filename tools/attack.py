"""Let schemathesis, wapiti and sqlmap loose on a running copy of the product on this machine, for a while each.

`make attack` installs the three (about a minute), starts a demonstration of its own on a free port, lets them run one
after another with limits of count and time, as an administrator's token, a coordinator and a contractor, and ends it.
What they wrote is in build/attack-report/; nothing but this machine's own loopback address is ever asked.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
REPORT = BUILD / "attack-report"
SECONDS_EACH = int(os.environ.get("SECONDS_EACH", "120"))
START_SECONDS = 900
KEEP = bool(os.environ.get("KEEP"))
FORM = "application/x-www-form-urlencoded"
# Without ssrf, which asks its maker's server on the internet.
MODULES = "csp,http_headers,cookieflags,csrf,exec,file,redirect,sql,xss,permanentxss,methods,crlf"
CHECKS = (
    "not_a_server_error,ignored_auth,response_headers_conformance,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,unsupported_method"
)
INJECTED = {
    "coordinator": ("/lists/orders?state=draft&region=E8", "/orders?code=W-1", "/search?q=a"),
    "administrator": ("/admin/users?q=a", "/admin/firms?q=a"),
    "auditor": ("/admin/audit?action=order.issued",),
    "": ("/sign-in?next=/",),
}


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The product with demonstration data in a folder of its own."""
    environment = os.environ | {"PORT": str(port)}
    log = (REPORT / "product.txt").open("wb")
    command = [sys.executable, "-m", "web.embedded", "--folder", str(folder), "run"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )


def wait_for(port: int, product: subprocess.Popen[bytes]) -> None:
    """Until the product answers; raises RuntimeError where it does not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and product.poll() is None:
        try:
            if ask(port, "GET", "/healthz")[0] == 200 and links():
                return
        except OSError:
            pass
        time.sleep(1)
    raise RuntimeError(f"The product does not start: see {REPORT / 'product.txt'}.")


def links() -> dict[str, list[str]]:
    """The sign-in links that the product printed, by role."""
    said = (REPORT / "product.txt").read_text(encoding="utf-8", errors="replace")
    found: dict[str, list[str]] = {}
    for role, link in re.findall(r"^  \S+ +(\w+(?: \w+)*) {2,}.*(/demo/[\w-]+)\s*$", said, re.MULTILINE):
        found.setdefault(role, []).append(link)
    return found


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0], text


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    return dict(re.findall(r'name="(csrf_token|form_uuid)"[^>]*value="([^"]+)"', page))


def sign_in(port: int, role: str) -> str:
    """The cookie of somebody of a role of the demonstration; raises RuntimeError where no link lets us in."""
    for link in links().get(role, []):
        _, cookie, page = ask(port, "GET", link)
        status, given, _ = ask(port, "POST", link, urlencode(hidden(page)), Cookie=cookie, Content_Type=FORM)
        if status == 303 and given:
            return given
    raise RuntimeError(f"No {role} of the demonstration can be signed in.")


def token(port: int, cookie: str) -> str:
    """An API token that may do everything, asked for and confirmed as two people do it; RuntimeError where it is not given."""
    _, renewed, page = ask(port, "GET", "/exchange/tokens/new", Cookie=cookie)
    cookie = renewed or cookie
    today = datetime.now(ZoneInfo("Pacific/Auckland")).date()
    form = [("name", "attack"), ("calls_a_minute", "6000"), ("reason", "Scanners of this machine")]
    form += hidden(page).items()
    form += [("last_on", str(part)) for part in (today.day, today.month, today.year)]
    form += [("scopes", scope) for scope in re.findall(r'name="scopes"[^>]*value="([^"]+)"', page)]
    ask(port, "POST", "/exchange/tokens/new", urlencode(form), Cookie=cookie, Content_Type=FORM)
    second = sign_in(port, "privacy officer")
    _, renewed, page = ask(port, "GET", "/accounts", Cookie=second)
    own = page.partition(">attack</th>")[2]
    confirm = re.search(r'<form[^>]*action="(/accounts/[0-9a-f-]+/confirm)".*?</form>', own, re.DOTALL)
    answer = page
    if confirm is not None:
        sent = urlencode(hidden(confirm[0]))
        _, _, answer = ask(port, "POST", confirm[1], sent, Cookie=renewed or second, Content_Type=FORM)
    found = re.search(r"wo_[\w-]{40,}", answer)
    if found is None:
        (REPORT / "token.html").write_text(answer, encoding="utf-8")
        raise RuntimeError(f"No token was given: see {REPORT / 'token.html'}.")
    return found[0]


def run(name: str, command: Sequence[str]) -> None:
    """One tool with its output in a file of the report, ended after its time."""
    report = REPORT / f"{name}.txt"
    began = time.monotonic()
    with report.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=REPORT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            ended = f"ended with {process.wait(3 * SECONDS_EACH + 120)}"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            ended = "cut off"
    say(f"{name}: {ended} after {time.monotonic() - began:.0f} s, see {report.relative_to(ROOT)}")


def say(line: str) -> None:
    """A line that is seen at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def schemathesis(base: str, secret: str) -> list[str]:
    """Every call of the served description, with a token that may do everything."""
    return [
        str(BUILD / "attack-api" / "bin" / "schemathesis"), "run", f"{base}/api/openapi.json", "--header",
        f"Authorization: Bearer {secret}", "--phases", "coverage,fuzzing", "--max-time", str(SECONDS_EACH),
        "--request-timeout", "30", "--seed", "1", "--continue-on-failure", "--checks", CHECKS, "--no-color",
        "--generation-database", "none",
    ]  # fmt: skip


def wapiti(base: str, who: str, cookie: str) -> list[str]:
    """The pages that can be walked to, without those that end the walk."""
    ends = [word for path in ("leave", "sign-out", "account*") for word in ("-x", f"{base}/{path}")]
    signed = ["-H", f"Cookie: {cookie}"] if cookie else []
    return [
        str(BUILD / "attack" / "bin" / "wapiti"), "-u", f"{base}/", "--scope", "folder", "--max-scan-time",
        str(SECONDS_EACH), "--max-attack-time", str(max(SECONDS_EACH // 6, 10)), "--max-links-per-page", "30",
        "--max-files-per-dir", "10", "-d", "4", "--tasks", "2", "-m", MODULES, *ends, "--flush-session", "--no-bugreport",
        "-f", "json", "-o", str(REPORT / f"wapiti-{who or 'anonymous'}.json"), *signed,
    ]  # fmt: skip


def sqlmap(base: str, path: str, cookie: str) -> list[str]:
    """One address with its fields."""
    return [
        str(BUILD / "attack" / "bin" / "sqlmap"), "-u", f"{base}{path}", "--batch", "--level", "2", "--risk", "1", "--dbms",
        "PostgreSQL", "--technique", "BEUST", "--time-sec", "2", "--threads", "2", "--disable-coloring", "--output-dir",
        str(REPORT / "sqlmap"), "--flush-session", *([f"--cookie={cookie}"] if cookie else []),
    ]  # fmt: skip


def commands(port: int) -> Iterator[tuple[str, list[str]]]:
    """What is run, one after another, each with a name of its own."""
    base = f"http://127.0.0.1:{port}"
    cookies = {role: sign_in(port, role) for role in ("contractor", *filter(None, INJECTED))} | {"": ""}
    yield "schemathesis", schemathesis(base, token(port, cookies["administrator"]))
    for who in ("", "coordinator", "contractor"):
        yield f"wapiti-{who or 'anonymous'}", wapiti(base, who, cookies[who])
    for who, paths in INJECTED.items():
        for number, path in enumerate(paths):
            yield f"sqlmap-{who or 'anonymous'}-{number}", sqlmap(base, path, cookies[who])


def summary() -> list[str]:
    """What the three say that they found: wapiti's by category, the last lines of the others."""
    told = []
    for report in sorted(REPORT.glob("wapiti-*.json")):
        found = json.loads(report.read_text(encoding="utf-8"))
        kinds = {**found["vulnerabilities"], **found["anomalies"]}
        counts = [f"{name}: {len(rows)}" for name, rows in kinds.items() if rows]
        told.append(
            f"{report.stem}: {found['infos'].get('crawled_pages_nbr')} pages; {counts or 'nothing found'}"
        )
    for report in sorted(REPORT.glob("sqlmap-*.txt")):
        text = report.read_text(encoding="utf-8", errors="replace")
        clean = "do not appear to be injectable" in text
        told.append(f"{report.stem}: {'nothing found' if clean else 'INJECTABLE or not run'}")
    log = REPORT / "instance" / "logs" / "web.log"
    told.append(f"{log.relative_to(ROOT)}: {log.read_text('utf-8', 'replace').count('Traceback')} tracebacks")
    return told


def main() -> int:
    """Start, attack, end; the report is what counts."""
    for old in REPORT.glob("*"):
        if not (KEEP and old.name == "instance"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    REPORT.mkdir(parents=True, exist_ok=True)
    port = free_port()
    product = start(REPORT / "instance", port)
    try:
        wait_for(port, product)
        say(f"a copy runs on 127.0.0.1:{port}")
        for name, command in commands(port):
            run(name, command)
    finally:
        product.send_signal(signal.SIGTERM)
        product.wait(60)
    say("\n".join(summary()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
