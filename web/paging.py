"""Which page of a list the address asks for, and the address of its other pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import request, url_for

MOST_DIGITS = 6


def page_number(name: str = "page") -> int:
    """The page asked for in the address; anything that is no number is the first."""
    text = request.args.get(name, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 1


def page_address(name: str = "page") -> Callable[[int], str]:
    """The address of another page of a list; a list that is not the page's only one has a name, and its heading the id."""

    def address(number: int) -> str:
        return here(**{name: str(number)}) + (f"#{name}" if name != "page" else "")

    return address


def here(**changed: str) -> str:
    """The address of the page shown with some of its query changed: an empty value leaves a name out.

    Names come from whoever typed the address, so they are never handed to url_for, to which some mean more.
    """
    given = {**request.args.to_dict(), **changed}
    query = urlencode({name: value for name, value in given.items() if value})
    path = url_for(request.endpoint or "auth.home", **(request.view_args or {}))
    return f"{path}?{query}" if query else path
