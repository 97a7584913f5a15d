"""The receipt's address as a QR code: on the page as SVG, to keep as a picture."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

INK = "#15202e"


def address_of(code: str) -> str:
    """The full address of a receipt, as residents reach this installation."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("portal:receipt", args=[code])


def svg(code: str) -> SafeString:
    """The QR code without any style of its own; decoration beside the printed code, so hidden from screen readers."""
    out = io.BytesIO()
    _drawn(code).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, nl=False,
        svgclass="qr", lineclass=None, dark=INK, border=2,
    )  # fmt: skip
    drawn = out.getvalue().decode("ascii").replace("<svg ", '<svg aria-hidden="true" ', 1)
    return mark_safe(drawn)


def png(code: str) -> bytes:
    """The same as a picture, 8 pixels a module, for the photo album."""
    out = io.BytesIO()
    _drawn(code).save(out, kind="png", scale=8, dark=INK, light="white", border=4)
    return out.getvalue()


def _drawn(code: str) -> segno.QRCode:
    return segno.make(address_of(code), error="m", micro=False)
