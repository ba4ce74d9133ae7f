"""The rules of the API: each call needs a token with its scope; its description is for everybody."""

from web.access import PUBLIC, Rule
from web.api.operations import OPERATIONS

POLICY = {"openapi": PUBLIC, **{one.endpoint: Rule(scope=one.scope) for one in OPERATIONS}}
