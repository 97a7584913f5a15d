"""Model files the station has had for its proposals, which of them was in use when, and runs of training."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from fengqiao.audit.models import AppendOnly

PERSON = settings.AUTH_USER_MODEL


class ModelFile(models.Model):
    """A model file that is kept, under its own digest; what its header says of its making stands beside it."""

    sha256 = models.CharField(max_length=64, unique=True)
    version = models.CharField(max_length=40)
    data_sha256 = models.CharField(max_length=64, blank=True, default="")
    rows = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    metrics = models.JSONField(null=True)
    bytes = models.PositiveIntegerField()
    origin = models.CharField(max_length=10)
    name = models.CharField(max_length=120, blank=True, default="")
    trained_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.version


class ModelUse(models.Model):
    """From when on a model proposes; no ``model``: only what comes with the program. Never edited, never deleted."""

    model = models.ForeignKey(ModelFile, on_delete=models.PROTECT, null=True, related_name="uses")
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True, default="")

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-id"]


class TrainingRun(models.Model):
    """One training on what people decided at the desk: how far it is, and what came of it.

    ``open`` is true while it waits or runs and nothing after, so that there is one at a time. ``seen_at``: when the
    process that trains last gave a sign of life. ``compared``: the new model beside what was in use, on reports
    neither was trained on.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, default="ready")
    open = models.BooleanField(null=True, default=True, unique=True)
    step = models.CharField(max_length=60, blank=True, default="")
    share = models.FloatField(default=0.0)
    confirmed = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    model = models.ForeignKey(ModelFile, on_delete=models.PROTECT, null=True, related_name="+")
    compared = models.JSONField(null=True)
    trouble = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
