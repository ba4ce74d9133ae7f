"""A worker's calendar feed: the page that makes and ends it, reached from "My firm", and the file that a calendar fetches."""

from web.calendars.policy import POLICY
from web.calendars.routes import blueprint

__all__ = ["POLICY", "blueprint"]
