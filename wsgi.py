"""The address that gunicorn and the flask command start the application from."""

import os

from werkzeug.middleware.proxy_fix import ProxyFix

from web import config, create_app
from web.extensions import utc_now
from web.post import post_from
from web.services import make_services
from web.watch.state import Watch
from worksorders.gateways.addresses.geocode import geocoder_from

settings = config.load(os.environ)
services = make_services(
    settings.database_url,
    settings.vault_key_file,
    post=post_from(os.environ, []),
    geocoder=geocoder_from(os.environ, []),
)
app = create_app(
    {
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "SERVICES": services,
        "WATCH": Watch(services, settings.redis_url, utc_now, real_use=settings.secure),
        "METRICS_TOKEN": settings.metrics_token,
        "HEALTH_CHECK": services.check_for_real_use if settings.secure else services.check,
        "SESSION_COOKIE_SECURE": settings.secure,
    }
)
if settings.proxies:
    hops = settings.proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
