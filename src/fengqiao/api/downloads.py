"""Files that leave the house: what they are called, what they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def download(name: str, content_type: str, content: bytes) -> HttpResponse:
    """``content`` as a file to be saved under ``name``, never shown in place."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def binary(*content_types: str) -> dict[str, Any]:
    """How the OpenAPI document tells that an operation answers with a file."""
    content = {
        kind.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in content_types
    }
    return {"responses": {200: {"description": "The file", "content": content}}}
