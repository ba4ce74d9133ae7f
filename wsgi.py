"""The address that gunicorn and the flask command start the application from."""

from web import create_app

app = create_app()
