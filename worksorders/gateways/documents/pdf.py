"""Turns a template into a tagged PDF (PDF/UA-1) that fetches nothing and says nothing about its making."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from worksorders.domain.money import format_cents

PDF_VARIANT = "pdf/ua-1"


def render_pdf(template: str, values: dict[str, Any]) -> bytes:
    """The PDF of a template under `templates/`; a missing name, or an address in the template, raises."""
    # Imported here: WeasyPrint takes most of a second, which no page that makes no PDF should wait for.
    from weasyprint import HTML, URLFetcher  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    class RefusingFetcher(URLFetcher):  # type: ignore[misc]
        """Answers no address at all, local files and data included."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            raise FatalURLFetchingError("A document of ours fetches nothing.")

    page = HTML(string=render_html(template, values), url_fetcher=RefusingFetcher())
    made: bytes = page.write_pdf(pdf_variant=PDF_VARIANT, pdf_tags=True)
    return made


def render_html(template: str, values: dict[str, Any]) -> str:
    """The page that becomes the PDF."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("worksorders.gateways.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"money": format_cents, "day": _day, "quantity": _quantity}
    return found


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _quantity(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
