"""Photos, for those who may see their report or matter."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest

from fengqiao.desk.page import actor_of
from fengqiao.intake.files import MEDIA_TYPE, file_of, photo_for
from fengqiao.lib.policy import signed_in


@signed_in
def photo(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """One photo, or its thumbnail with ?small=1. What is out of reach is not there."""
    row = photo_for(actor_of(request).scope, str(uid))
    path = file_of(row, thumbnail="small" in request.GET)
    answer = FileResponse(path.open("rb"), content_type=MEDIA_TYPE, filename=f"{row.uid}.jpg")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
