"""The WSGI application that the server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.settings")

application = get_wsgi_application()

from fengqiao.intake import engine, scamhelp  # noqa: E402 - apps are ready only now

engine.warm()
scamhelp.warm()
