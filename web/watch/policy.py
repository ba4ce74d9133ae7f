"""Who may ask how the service is; `/metrics` asks for this machine or a token itself."""

from web.access import PUBLIC

POLICY = {"readyz": PUBLIC, "metrics": PUBLIC}
