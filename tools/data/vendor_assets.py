"""Fetches the front-end libraries from the npm registry and patches them, so that the product needs no Node.

Maintainer's use: `python tools/vendor_assets.py` with `npm` on the path; then read the difference and commit it.
"""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
FONT = "var(--font)"


@dataclass(frozen=True)
class Package:
    """One npm package: which files of it we serve, under which licence, and its pinned tarball."""

    name: str
    version: str
    licence: str
    integrity: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.6.0",
        "MIT",
        "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg==",
        {
            "dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
            "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
        },
    ),
    Package(
        "htmx.org",
        "4.0.1",
        "0BSD",
        "sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "sortablejs",
        "1.15.7",
        "MIT",
        "sha512-Kk8wLQPlS+yi1ZEf48a4+fzHa4yxjC30M/Sr2AnQu+f/MPwvvX9XjZ6OWejiz8crBsLwSq8GHqaxaET7u6ux0A==",
        {"Sortable.min.js": "Sortable.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        "sha512-nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA==",
        {
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "LICENSE": "LICENSE",
        },
    ),
)


def _govuk_css(text: str) -> str:
    text, fonts = re.subn(r"@font-face\{[^}]*\}", "", text)
    text, crests = re.subn(r"url\(/assets/images/govuk-crest\.svg\)", "none", text)
    text, addresses = re.subn(r'@media print\{\[href\^="/"\]\.govuk-link:after[^}]*\}\}', "", text)
    families = text.count("GDS Transport,arial,sans-serif")
    if (fonts, crests, addresses, families) != (2, 3, 1, 58):
        raise SystemExit(f"govuk-frontend's style sheet has changed: {(fonts, crests, addresses, families)}")
    return text.replace("GDS Transport,arial,sans-serif", FONT)


def _leaflet_css(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"behavior:\s*url\(#default#VML\);?", "", text)
    return re.sub(r"\n{2,}", "\n", text)


def _leaflet_js(text: str) -> str:
    text, links = re.subn(r'<a href="https://leafletjs\.com"', '<a href="#"', text)
    if links != 1:
        raise SystemExit(f"leaflet's script has changed: {links} links")
    return re.sub(r"https://leafletjs\.com", "leafletjs.com", text)


def _script(text: str) -> str:
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", text)


PATCHES: dict[str, Callable[[str], str]] = {
    "govuk-frontend.min.css": _govuk_css,
    "govuk-frontend.min.js": _script,
    "leaflet.css": _leaflet_css,
    "leaflet.js": lambda text: _leaflet_js(_script(text)),
    "htmx.min.js": _script,
    "Sortable.min.js": lambda text: _script(text.replace("git://", "")),
}


def _fetch(package: Package, folder: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", f"{package.name}@{package.version}"], cwd=folder, check=True)
    tarball = folder / f"{package.name}-{package.version}.tgz"
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise SystemExit(
            f"{package.name} {package.version}: tarball is {found}, expected {package.integrity}"
        )
    return tarball


def _unpack(package: Package, tarball: Path) -> None:
    target = VENDOR / package.name
    with tarfile.open(tarball) as archive:
        for inside, name in package.files.items():
            member = archive.extractfile(f"package/{inside}")
            if member is None:
                raise SystemExit(f"{package.name}: {inside} is no file")
            content = member.read()
            patch = PATCHES.get(name)
            if patch:
                content = patch(content.decode()).encode()
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _record(package: Package) -> dict[str, object]:
    folder = VENDOR / package.name
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "tarball": package.integrity,
        "files": {
            str(path.relative_to(folder)): hashlib.sha512(path.read_bytes()).hexdigest() for path in files
        },
    }


def main() -> None:
    """Fetch, check, patch and record every package; the licence of govuk-frontend is kept by hand."""
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            _unpack(package, _fetch(package, Path(folder)))
    lock = [_record(package) for package in PACKAGES]
    (VENDOR / "VENDOR.lock").write_text(json.dumps(lock, indent=2) + "\n")
    print(f"{len(lock)} packages under {VENDOR}")


if __name__ == "__main__":
    main()
