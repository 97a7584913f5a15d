"""Render every component of the design system to plain pages for looking at, outside the URL conf.

`python tools/gallery.py OUT` writes one page for each template of tools/gallery/ into the folder OUT and links
the static files beside them; `--serve PORT` then serves the folder on 127.0.0.1 with the same content policy
as the product, so that an inline style or script shows as an error here too.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "fengqiao"
PAGES = Path(__file__).resolve().parent / "gallery"
DOORS = ("portal", "desk", "field", "board")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)
ERRORS = ("400", "403", "403_csrf", "404", "500", "503", "offline")

sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def configure() -> None:
    """Just enough of Django to render templates: no database, no doors, no sessions."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    settings.configure(
        SECRET_KEY="gallery",  # noqa: S106 - signs nothing that leaves this machine
        INSTALLED_APPS=["django.contrib.staticfiles", "fengqiao.lib"],
        STATIC_URL="/static/",
        ROOT_URLCONF="django.conf.urls.i18n",
        TIME_ZONE="Asia/Shanghai",
        USE_TZ=True,
        LANGUAGE_CODE="zh-hans",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [PAGES, *(PACKAGE / door / "templates" for door in DOORS)],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
    )
    django.setup()


def render(out: Path) -> list[str]:
    """Write every page into `out` and return their names."""
    configure()
    from django.template.loader import render_to_string
    from django.test import RequestFactory
    from django.utils import translation

    from fengqiao.lib import clock
    from tools import gallery_data

    out.mkdir(parents=True, exist_ok=True)
    link = out / "static"
    if not link.exists():
        link.symlink_to(PACKAGE / "static")
    names = []
    with clock.at(gallery_data.NOW), translation.override("zh-hans"):
        for template in sorted(PAGES.glob("*.html")):
            request = RequestFactory().get(f"/{template.name}")
            text = render_to_string(template.name, gallery_data.context(), request)
            (out / template.name).write_text(text, encoding="utf-8")
            names.append(template.name)
        for name in ERRORS:
            (out / f"error_{name}.html").write_text(render_to_string(f"{name}.html"), encoding="utf-8")
            names.append(f"error_{name}.html")
    return names


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the folder with the content policy of the product."""

    def end_headers(self) -> None:
        """Add the policy to every answer."""
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the browser's console is what one looks at."""


def server(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """A server for the folder on 127.0.0.1; port 0 takes a free one."""
    handler = functools.partial(Handler, directory=os.fspath(folder))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> int:
    """Render, and serve when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--serve", type=int, metavar="PORT")
    chosen = parser.parse_args()
    names = render(chosen.out)
    print(f"{len(names)} pages in {chosen.out}: {', '.join(names)}")
    if chosen.serve is not None:
        with server(chosen.out, chosen.serve) as running:
            print(f"http://127.0.0.1:{running.server_port}/")
            running.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
