"""Photos that handlers add to a matter itself: they go with a note of progress and never onto a reporter's receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fengqiao.accounts.scope import Actor
from fengqiao.intake import files
from fengqiao.intake.models import Attachment
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Matter


@transaction.atomic
def record_progress_with_photos(
    matter: Matter,
    *,
    by: Actor,
    text: str,
    photos: Sequence[files.StoredPhoto],
    public: bool = False,
    next_step: str = "",
    due_at: datetime | None = None,
    version: int | None = None,
) -> Matter:
    """Note what was done, with photos kept at the matter; a photo that is there already is not kept twice.

    ``photos`` come from ``files.store_photos``, called before: re-encoding takes time that no transaction should
    hold. Who may do it is decided by ``matters.actions.record_progress``.
    """
    done = matters.record_progress(
        matter, by=by, text=text, public=public, next_step=next_step, due_at=due_at, version=version
    )
    there = set(Attachment.objects.filter(matter=done).values_list("sha256", flat=True))
    fresh = [photo for photo in photos if photo.sha256 not in there]
    Attachment.objects.bulk_create([_row(done, photo, by) for photo in fresh])
    return done


def _row(matter: Matter, photo: files.StoredPhoto, by: Actor) -> Attachment:
    return Attachment(
        matter=matter,
        sha256=photo.sha256,
        path=photo.path,
        width=photo.width,
        height=photo.height,
        bytes=photo.bytes,
        added_at=clock.now(),
        added_by_id=by.person_id,
    )
