"""Let schemathesis, wapiti and sqlmap loose on a running copy of the product on this machine, for a few minutes each.

`make attack` installs the three into build/attack (about a minute), starts a demonstration of its own on a free
port, runs them one after another with limits of count and time, and ends it. What they wrote is in
build/attack-report/; nothing but this machine's own loopback address is ever asked.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "build" / "attack" / "bin"
REPORT = ROOT / "build" / "attack-report"
SECONDS_EACH = int(os.environ.get("SECONDS_EACH", "120"))
START_SECONDS = 600


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
            if ask(port, "GET", "/healthz")[0] == 200 and "/demo/" in said():
                return
        except OSError:
            pass
        time.sleep(1)
    raise RuntimeError(f"The product does not start: see {REPORT / 'product.txt'}.")


def said() -> str:
    """What the product printed so far."""
    return (REPORT / "product.txt").read_text(encoding="utf-8", errors="replace")


def ask(port: int, method: str, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = headers.pop("body", None)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0], text


def sign_in(port: int) -> str:
    """The cookie of a coordinator of the demonstration, by the link that the product printed."""
    for link in re.findall(r"(/demo/[\w-]+)", said()):
        _, cookie, page = ask(port, "GET", link)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if token is None:
            continue
        form = urlencode({"csrf_token": token[1]})
        kind = "application/x-www-form-urlencoded"
        status, given, _ = ask(port, "POST", link, body=form, Cookie=cookie, Content_Type=kind)
        if status == 303 and given:
            return given
    return ""


def run(name: str, command: list[str]) -> int:
    """One tool with its output in a file of the report, ended after its time."""
    report = REPORT / f"{name}.txt"
    began = time.monotonic()
    with report.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=REPORT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(SECONDS_EACH + 60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    sys.stdout.write(
        f"{name}: ended with {code} after {time.monotonic() - began:.0f} s, see {report.relative_to(ROOT)}\n"
    )
    sys.stdout.flush()
    return code


def attack(port: int, cookie: str) -> None:
    """The three, one after another."""
    base = f"http://127.0.0.1:{port}"
    signed = ["-H", f"Cookie: {cookie}"] if cookie else []
    run(
        "schemathesis",
        [
            str(TOOLS / "schemathesis"), "run", f"{base}/api/openapi.json", "--url", base, "--max-examples", "15",
            "--request-timeout", "10", "--seed", "1", "--checks", "not_a_server_error,ignored_auth,response_headers_conformance",
        ],
    )  # fmt: skip
    run(
        "wapiti",
        [
            str(TOOLS / "wapiti"), "-u", f"{base}/", "--scope", "folder", "--max-scan-time", str(SECONDS_EACH), "--max-links-per-page",
            "20", "--max-files-per-dir", "20", "-d", "4", "--tasks", "2", "-m",
            "csp,http_headers,cookieflags,csrf,exec,file,redirect,sql,xss,permanentxss,ssrf,methods,crlf", "-x", f"{base}/leave",
            "-x", f"{base}/sign-out", "--flush-session", "--no-bugreport", "-f", "json", "-o", str(REPORT / "wapiti.json"), *signed,
        ],
    )  # fmt: skip
    for number, path in enumerate(
        ("/lists/orders?state=draft&region=E8", "/orders?code=W-1", "/sign-in?next=/")
    ):
        run(
            f"sqlmap-{number}",
            [
                str(TOOLS / "sqlmap"), "-u", f"{base}{path}", "--batch", "--level", "2", "--risk", "1", "--dbms", "PostgreSQL",
                "--technique", "BEUST", "--time-sec", "2", "--threads", "2", "--disable-coloring", "--output-dir",
                str(REPORT / "sqlmap"), "--flush-session", *([f"--cookie={cookie}"] if cookie else []),
            ],
        )  # fmt: skip


def main() -> int:
    """Start, attack, end; the report is what counts."""
    shutil.rmtree(REPORT, ignore_errors=True)
    REPORT.mkdir(parents=True)
    port, folder = free_port(), REPORT / "instance"
    product = start(folder, port)
    try:
        wait_for(port, product)
        cookie = sign_in(port)
        sys.stdout.write(
            f"a copy runs on 127.0.0.1:{port}, {'signed in' if cookie else 'nobody signed in'}\n"
        )
        sys.stdout.flush()
        attack(port, cookie)
    finally:
        product.send_signal(signal.SIGTERM)
        product.wait(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
