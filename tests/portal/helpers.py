"""Short ways for the tests of the portal."""

from __future__ import annotations

import io
import itertools
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

LEAK = "锦澜苑 3 栋 501 楼上漏水，天花板掉皮，两家说不拢"
FIRE = "春晓里 2 栋楼道着火了，有浓烟，有人困在里面"
PHONE = "13800138000"

_colours = itertools.count(1)


def photo(name: str = "a.jpg", size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> SimpleUploadedFile:
    """A real picture, of another colour each time."""
    out = io.BytesIO()
    Image.new("RGB", size, (7 * next(_colours) % 256, 90, 160)).save(out, kind)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def key_of(page: bytes | str) -> str:
    """The hidden key of a rendered form."""
    text = page.decode() if isinstance(page, bytes) else page
    found = re.search(r'name="key" value="([^"]*)"', text)
    assert found is not None
    return found[1]


def sent(client: Client, text: str, *, key: str = "", **more: Any) -> Any:
    """The report form opened and sent."""
    key = key or key_of(client.get("/report/").content)
    return client.post("/report/send/", {"key": key, "text": text, **more})


def words_of(answer: Any) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
