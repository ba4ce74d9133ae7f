"""The address that gunicorn and the flask command start the application from."""

import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web import config, create_app
from web.commands.unset import bare_app, command_environment
from web.extensions import utc_now
from web.forms.post import post_from
from web.hosts import KnownHosts
from web.services import make_services
from web.watch.state import Watch
from worksorders.gateways.addresses.geocode import geocoder_from


def product(environment: Mapping[str, str]) -> Flask:
    """The whole product with the settings of an environment; raises ConfigError with every fault of them."""
    settings = config.load(environment)
    services = make_services(
        settings.database_url,
        settings.vault_key_file,
        post=post_from(environment, []),
        geocoder=geocoder_from(environment, []),
    )
    made = create_app(
        {
            "SECRET_KEY": settings.secret_key,
            "PUBLIC_URL": settings.public_url,
            "SERVICES": services,
            "WATCH": Watch(services, settings.redis_url, utc_now, real_use=settings.secure),
            "METRICS_TOKEN": settings.metrics_token,
            "AUDIT_HEADS": environment.get("AUDIT_HEADS", ""),
            "HEALTH_CHECK": services.check_for_real_use if settings.secure else services.check,
            "SESSION_COOKIE_SECURE": settings.secure,
        }
    )
    made.wsgi_app = KnownHosts(made.wsgi_app, settings.public_url)  # type: ignore[assignment, method-assign]
    if settings.proxies:
        hops = settings.proxies
        made.wsgi_app = ProxyFix(made.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return made


environment = command_environment(os.environ)
app = bare_app() if environment is None else product(environment)
