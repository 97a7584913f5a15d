"""Photos come out inert and the right way up; everything else is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image, ImageFile

from fengqiao.lib import images
from fengqiao.lib.errors import Refusal


def photo(
    size: tuple[int, int] = (64, 48), *, form: str = "JPEG", mode: str = "RGB", **extra: object
) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size, 0 if mode in {"L", "P"} else (200, 30, 30, 255)[: len(mode)])
    image.save(out, form, **extra)
    return out.getvalue()


def with_exif(orientation: int) -> bytes:
    """A red-topped photo 40 x 20 that says how the camera was held and where it stood."""
    image = Image.new("RGB", (40, 20), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 40, 6))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 1.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRETCOMMENT", quality=95)
    return out.getvalue()


def big_png_header(width: int, height: int) -> bytes:
    """A tiny PNG file that declares a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def test_metadata_is_gone_and_orientation_applied() -> None:
    data = with_exif(6)
    assert b"SECRETMAKER" in data
    picture = images.reencode(data)
    assert (picture.width, picture.height) == (20, 40)
    for body in (picture.jpeg, picture.thumbnail):
        assert b"SECRET" not in body
        assert b"Exif" not in body
        with Image.open(io.BytesIO(body)) as back:
            assert not back.getexif()
            assert "comment" not in back.info
    with Image.open(io.BytesIO(picture.jpeg)) as back:
        red, _green, blue = back.convert("RGB").getpixel((18, 20))  # type: ignore[misc]
        assert red > 150 > blue, "the top edge of the sensor belongs at the right after a quarter turn"


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")],
)
def test_usual_formats_become_jpeg(form: str, mode: str) -> None:
    data = photo(form=form, mode=mode)
    picture = images.reencode(data)
    with Image.open(io.BytesIO(picture.jpeg)) as back:
        assert (back.format, back.mode, back.size) == ("JPEG", "RGB", (64, 48))


def test_transparency_lies_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(images.reencode(out.getvalue()).jpeg)) as back:
        assert back.getpixel((15, 15)) == (255, 255, 255)


def test_long_side_and_thumbnail_are_bounded() -> None:
    picture = images.reencode(photo((4000, 3000)))
    assert max(picture.width, picture.height) == images.LONG_SIDE
    with Image.open(io.BytesIO(picture.thumbnail)) as small:
        assert max(small.size) == images.THUMB_SIDE


@pytest.mark.filterwarnings("ignore:Image size")
def test_a_hundred_megapixels_are_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(_self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    with pytest.raises(Refusal, match="像素太多"):
        images.reencode(big_png_header(10_000, 10_000))
    with pytest.raises(Refusal, match="像素太多"):
        images.reencode(big_png_header(5_000, 5_000))


def test_a_strip_is_refused() -> None:
    with pytest.raises(Refusal, match="长宽"):
        images.reencode(big_png_header(100_000, 10))


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def zipped(front: bytes) -> bytes:
    out = io.BytesIO(front)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("payload.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空文件"),
        (SVG, "网页或文档"),
        (b"\xef\xbb\xbf  <html><body>hi", "网页或文档"),
        (photo() + b"<script>alert(1)</script>", "网页或文档"),
        (photo(comment=b"<svg onload=alert(1)>"), "网页或文档"),
        (photo() + b"\n%PDF-1.7\n", "网页或文档"),
        (zipped(photo()), "压缩包"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 200, "HEIC"),
        (b"GIF89a" + b"\0" * 100, "打不开"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "打不开"),
        (photo()[:300], "打不开"),
        (photo(form="PNG")[:60], "打不开"),
        (b"hello, this is no photo at all", "打不开"),
        (b"\x89PNG\r\n\x1a\n" + b"A" * 4000, "打不开"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        images.reencode(data, name="一张.jpg")
    assert caught.value.code == "photo"
    assert "一张.jpg" in caught.value.message


def test_more_than_ten_megabytes_is_refused() -> None:
    with pytest.raises(Refusal, match="最大 10 MB"):
        images.reencode(photo() + b"\0" * images.MAX_BYTES)


def test_trailing_bytes_do_not_survive() -> None:
    picture = images.reencode(photo() + b"\0TRAILER" * 50)
    assert b"TRAILER" not in picture.jpeg
