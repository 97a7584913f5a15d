"""Photos made inert: decoded within hard limits and written anew, so that only pixels are kept.

``reencode`` looks at the declared size before it decodes anything, turns the picture the way the camera
was held, drops every other byte of the file (position, device, comments, thumbnails, colour profile, trailing
data) and writes a JPEG and a thumbnail of our own. What is not a photo is refused in words.
"""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from fengqiao.lib.errors import Refusal

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 2**20
"""Bytes of one uploaded file."""
MAX_PIXELS = 20_000_000
"""Pixels a picture may declare; more is refused before a single one is decoded."""
MAX_RATIO = 20
"""Long side to short side; a strip of one pixel by millions is no photo."""
LONG_SIDE = 2560
THUMB_SIDE = 360
QUALITY = 84

_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # importing registers them
FORMATS = ("JPEG", "PNG", "WEBP")  # "JPEG" also opens the two-picture files of phones
_MARKUP = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"<iframe", b"%pdf-")
_STARTS_AS_TEXT = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypavif")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # refused below, in words


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded photo: JPEG bytes, its size in pixels, a JPEG thumbnail, SHA-256 (hex) of the JPEG."""

    jpeg: bytes
    width: int
    height: int
    thumbnail: bytes
    sha256: str


def reencode(data: bytes, *, name: str = "") -> Picture:
    """``data`` as a clean photo.

    Raises Refusal (code "photo") for an empty, oversized or unreadable file, for SVG and HTML, and for files
    that are something else besides a photo (archives, pages, PDF).
    """
    called = f"“{name}”" if name else _("这张照片")
    _refuse_foreign(data, called)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as source:
            _refuse_size(source.width, source.height, called)
            source.draft("RGB", (LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(source)
            flat = _flatten(upright)
    except Refusal:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(called) from error
    except Exception as error:
        # Decoders meet hostile input here and fail in every way there is; to the sender each is the same.
        log.info("a photo could not be decoded: %s", type(error).__name__)
        raise _no(
            called, _("%(photo)s打不开，可能已损坏或不是照片。请换一张 JPG、PNG 或 WebP 照片")
        ) from error
    flat.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    small = flat.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    jpeg = _jpeg(flat, QUALITY)
    return Picture(jpeg, flat.width, flat.height, _jpeg(small, 78), hashlib.sha256(jpeg).hexdigest())


def _no(called: str, words: str, **figures: object) -> Refusal:
    """The refusal of a photo; ``words`` is a whole sentence with places for its name and for figures."""
    return Refusal(words % {"photo": called, **figures}, code="photo", field="photos")


def _refuse_foreign(data: bytes, called: str) -> None:
    if not data:
        raise _no(called, _("%(photo)s是空文件，没有内容。请重新选一张"))
    if len(data) > MAX_BYTES:
        words = _("%(photo)s太大：最大 %(most)s MB，现在 %(size).1f MB。请用手机自带的“缩小”后再传")
        raise _no(called, words, most=MAX_BYTES // 2**20, size=len(data) / 2**20)
    if data[4:12] in _HEIC:
        raise _no(called, _("%(photo)s是 HEIC 格式，这里打不开。请在手机里另存为 JPG 再传"))
    lowered = data.lower()
    if data.lstrip()[:4].startswith(_STARTS_AS_TEXT) or any(mark in lowered for mark in _MARKUP):
        raise _no(called, _("%(photo)s不是普通照片，里面夹有网页或文档内容，不能收。请拍照或截屏后再传"))
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise _no(called, _("%(photo)s里夹着压缩包，不能收。请只传照片"))


def _refuse_size(width: int, height: int, called: str) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(called)
    if min(width, height) < 1 or max(width, height) > MAX_RATIO * min(width, height):
        raise _no(called, _("%(photo)s长宽相差太大，不像照片。请换一张"))


def _too_many_pixels(called: str) -> Refusal:
    words = _("%(photo)s像素太多：最多 %(most)s 万像素。请缩小后再传")
    return _no(called, words, most=MAX_PIXELS // 10_000)


def _flatten(image: Image.Image) -> Image.Image:
    """Pixels only, RGB, on white where the picture was transparent."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, (255, 255, 255))
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    clean = Image.frombytes(image.mode, image.size, image.tobytes())  # a new image carries no info of the old
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
