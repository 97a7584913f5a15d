"""Reports: somebody's words, kept as said. Who said it stays here, encrypted."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from fengqiao.accounts.scope import Scope
from fengqiao.audit.models import AppendOnly
from fengqiao.intake.choices import UNFINISHED, Channel, ReportEventKind, ReportState, SuggestionField
from fengqiao.intake.model_tables import ModelFile, ModelUse, TrainingRun
from fengqiao.intake.topic_tables import Governance, GovernanceReport, Topic, TopicReport, TopicSheet
from fengqiao.lib.crypto import Sealed
from fengqiao.matters.choices import Origin, Severity
from fengqiao.matters.models import Matter
from fengqiao.territory.models import Area, Place, on_ground

__all__ = [
    "Attachment",
    "BundleLog",
    "BundlePeer",
    "Contact",
    "Correction",
    "Governance",
    "GovernanceReport",
    "ImportJob",
    "ImportMapping",
    "ModelFile",
    "ModelUse",
    "Report",
    "ReportEvent",
    "ReportMessage",
    "ReportQuerySet",
    "Suggestion",
    "Topic",
    "TopicReport",
    "TopicSheet",
    "TrainingRun",
]

PERSON = settings.AUTH_USER_MODEL


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports in the words of the field."""

    def visible_to(self, scope: Scope) -> ReportQuerySet:
        """Reports of one's areas for those who triage, one's own queue, and what belongs to matters one handles.

        A report about somebody is never visible to that person. Whose last appointment ended sees nothing.
        """
        if scope.person_id is None or not scope.grants:
            return self.none()
        mine = Q(owner_id=scope.person_id) | Q(entered_by_id=scope.person_id)
        area = on_ground(scope.paths("report.triage")) & Q(restricted=False)
        closed = on_ground(scope.paths("matter.restricted")) & Q(restricted=True)
        # EXISTS looks up one matter a row; IN would first list every matter in reach.
        linked = Q(Exists(Matter.objects.visible_to(scope).filter(pk=OuterRef("matter_id"))))
        return self.filter(mine | area | closed | linked).exclude(about_id=scope.person_id)

    def unfinished(self) -> ReportQuerySet:
        """Reports that wait for a person. Each has a due time, so the indexes of unfinished reports can be used."""
        return self.filter(state__in=UNFINISHED, due_at__isnull=False)

    def received_since(self, at: datetime) -> ReportQuerySet:
        """Reports received at ``at`` or later; as a list of ids, for the reason given at matters."""
        return self.filter(pk__in=Report.objects.filter(received_at__gte=at).order_by().values("pk"))

    def inbox_order(self) -> ReportQuerySet:
        """Urgent first, then oldest first."""
        return self.order_by("severity", "received_at", "id")

    def overdue(self, at: datetime) -> ReportQuerySet:
        """Unfinished reports whose next step is late at ``at``."""
        return self.unfinished().filter(due_at__lt=at)


class Report(models.Model):
    """One report. ``text`` is never edited; ``code`` is the receipt that opens its progress page."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=14, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    title = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField()
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.NEW)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.ORDINARY)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="reports_owned")
    next_step = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    climbed = models.PositiveSmallIntegerField(default=0)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="reports")
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="reports")
    place_text = models.CharField(max_length=160, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    unplaced = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    about = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="reports_about")
    entered_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, related_name="reports_entered"
    )
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, null=True, related_name="reports")
    refused_to = models.CharField(max_length=120, blank=True, default="")
    refused_why = models.CharField(max_length=300, blank=True, default="")
    anonymous = models.BooleanField(default=True)
    idempotency_key = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=80, blank=True, default="")
    author_ref = models.CharField(max_length=80, blank=True, default="")
    outside_due_at = models.DateTimeField(null=True)
    outside_replied_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="unfinished_report_has_owner_next_due",
                condition=~Q(state__in=[str(s) for s in UNFINISHED])
                | (Q(owner__isnull=False, due_at__isnull=False) & ~Q(next_step="")),
            ),
            models.CheckConstraint(
                name="report_state_known", condition=Q(state__in=[str(s) for s in ReportState])
            ),
            models.UniqueConstraint(
                name="report_outside_once", fields=["source", "external_id"], condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["severity", "received_at"], condition=Q(due_at__isnull=False), name="report_waiting"
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="report_waiting_due"),
            models.Index(fields=["received_at"], name="report_time"),
            models.Index(fields=["lat", "lon"], name="report_point"),
            models.Index(fields=["area", "said_at"], name="report_area_said"),
            models.Index(fields=["said_at"], name="report_said"),
            models.Index(fields=["external_id"], name="report_outside_number"),
        ]

    def __str__(self) -> str:
        return self.code


class Contact(Sealed):
    """Who said it: sealed, opened only with a purpose, each opening logged."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="contact")
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True)
    wants_news = models.BooleanField(default=False)
    safe_time = models.CharField(max_length=80, blank=True, default="")


class Attachment(models.Model):
    """A photo or file of a report: re-encoded, named by us, metadata gone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, related_name="attachments")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, null=True, related_name="attachments")
    kind = models.CharField(max_length=10, default="photo")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")


class Suggestion(models.Model):
    """What a model proposed and what a person made of it: the desk's own training data."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="suggestions")
    field = models.CharField(max_length=10, choices=SuggestionField.choices)
    rank = models.PositiveSmallIntegerField(default=0)
    value = models.JSONField()
    confidence = models.FloatField()
    reasons = models.JSONField(default=list)
    model = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["field", "rank", "id"]


class Correction(models.Model):
    """What a person decided, beside what was proposed: one training row."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="correction")
    proposed_code = models.CharField(max_length=8, blank=True, default="")
    chosen_code = models.CharField(max_length=8)
    proposed_severity = models.PositiveSmallIntegerField(null=True)
    chosen_severity = models.PositiveSmallIntegerField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ReportMessage(models.Model):
    """A question to the reporter or an answer from them."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="messages")
    from_reporter = models.BooleanField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class ReportEvent(models.Model):
    """One thing that happened to a report. Never edited, never deleted."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ReportEventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    by_kind = models.CharField(max_length=12)
    text = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["report", "id"], name="report_event_line")]


class ImportJob(models.Model):
    """An import that runs in short, resumable steps; a second run adds nothing."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="ready")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    existing = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class ImportMapping(models.Model):
    """A remembered mapping: the columns of a file seen before, by the fingerprint of its header."""

    header = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField()
    used_at = models.DateTimeField()


class BundlePeer(models.Model):
    """Another installation that exchanges bundles with this one; its public key signs what comes."""

    name = models.CharField(max_length=60, unique=True)
    station_uid = models.UUIDField(unique=True)
    public_key = models.CharField(max_length=64)
    added_at = models.DateTimeField()


class BundleLog(models.Model):
    """A bundle written or read; reading it twice does nothing the second time."""

    uid = models.UUIDField(unique=True)
    direction = models.CharField(max_length=3)
    peer = models.ForeignKey(BundlePeer, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
