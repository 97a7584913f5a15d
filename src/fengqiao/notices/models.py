"""What was told to whom inside the house; outside channels hang behind notices.channels."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one person; ``link`` is a path inside the application."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(db_index=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["to", "read_at"], name="notice_unread")]


class Delivery(models.Model):
    """A notice on its way through one outside channel: not before ``due_at``, tried until sent or given up."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=30)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, default="")
    given_up = models.BooleanField(default=False)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [models.UniqueConstraint(name="one_delivery", fields=["notice", "channel"])]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_due", condition=Q(sent_at__isnull=True, given_up=False)
            )
        ]
