"""The hash-chained log of changes and of reads of personal data."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC
from typing import Any, NoReturn

from django.db import models

GENESIS = "0" * 64


class AppendOnly(models.QuerySet[Any]):
    """Rows that are only ever added."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("history is appended, never edited")

    def delete(self) -> NoReturn:
        raise TypeError("history is appended, never deleted")


class Entry(models.Model):
    """One fact: who did or read what, when. ``hash`` covers the row and the hash of the row before it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=12)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AppendOnly.as_manager()

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id", "id"], name="audit_object")]

    def content_hash(self) -> str:
        """SHA-256 over the row's content and ``prev_hash``, in one canonical JSON form."""
        body = [
            str(self.uid),
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor_id,
            self.actor_kind,
            self.verb,
            self.object_type,
            self.object_id,
            self.data,
            self.prev_hash,
        ]
        text = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()
