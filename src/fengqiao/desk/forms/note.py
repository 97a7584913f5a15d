"""The note under a matter's head: what was done, with photos, a promise and the next step where there is one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import PhotosField, line, when, words, yes
from fengqiao.desk.forms.verbs import VerbForm
from fengqiao.intake.actions.matter_photos import record_progress_with_photos
from fengqiao.intake.drafts import UploadedPhoto
from fengqiao.intake.files import StoredPhoto, store_photos
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.matters import actions


class NoteForm(VerbForm):
    """One note; a promise and a new next step can be written down along with it."""

    verb = "progress"
    done = _("记下了")

    text = words(_("写一句进展"), rows=2)
    public = yes(_("给居民看到"))
    photos = PhotosField(label=_("照片"), most=MAX_PHOTOS)
    what = line(_("答应做什么"), required=False)
    who = line(_("谁答应的"), limit=60, required=False)
    promise_due = when(_("什么时候前"), required=False)
    next_step = line(_("下一步改成"), required=False)
    due_at = when(_("最晚什么时候"), required=False)

    def clean(self) -> dict[str, Any]:
        """A promise that was begun must be whole."""
        given: dict[str, Any] = super().clean() or {}
        begun = [given.get("what"), given.get("who"), given.get("promise_due")]
        if any(begun) and not all(begun):
            self.add_error("what", _now("承诺要写全：做什么、谁答应的、什么时候前"))
        return given

    def act(self) -> Any:
        """Photos are made ready first, then everything is written together or not at all."""
        uploads = [UploadedPhoto(f.name or "", f.read()) for f in self.cleaned_data["photos"]]
        stored = store_photos(uploads) if uploads else []
        with transaction.atomic():
            return self._write(stored)

    def _write(self, stored: list[StoredPhoto]) -> Any:
        given = self.cleaned_data
        done = record_progress_with_photos(
            self.matter,
            by=self.by,
            text=self.said("text"),
            photos=stored,
            public=given["public"],
            next_step=self.said("next_step"),
            due_at=given["due_at"],
            version=self.kept_version,
        )
        if given["what"]:
            actions.promise(
                done, by=self.by, what=given["what"], who=given["who"], due_at=given["promise_due"]
            )
        return done
