"""What many speak of over weeks, worked out and kept; and which of it people took in hand as one matter."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fengqiao.audit.models import AppendOnly

PERSON = settings.AUTH_USER_MODEL


class TopicSheet(models.Model):
    """The topics of one ground, as they stood at ``computed_at``: everybody who decides there reads the same sheet.

    ``ground`` is a digest of ``paths``. ``asked_at``: when a person last asked for it. ``beyond``: reports that were
    too many to read.
    """

    ground = models.CharField(max_length=64, unique=True)
    paths = models.JSONField()
    computed_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    since = models.DateTimeField()
    messages = models.PositiveIntegerField(default=0)
    beyond = models.PositiveIntegerField(default=0)


class Topic(models.Model):
    """One topic of a sheet, named by its ``first`` report. ``weeks``: [Monday, people] of the last weeks."""

    sheet = models.ForeignKey(TopicSheet, on_delete=models.CASCADE, related_name="topics")
    rank = models.PositiveIntegerField()
    first = models.ForeignKey("intake.Report", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=80, blank=True, default="")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    people = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    recent_people = models.PositiveIntegerField()
    most_by_one = models.PositiveIntegerField(default=1)
    growth = models.JSONField()
    hottest = models.DateField()
    shown_on = models.DateField(null=True)
    weeks = models.JSONField(default=list)
    reports: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        "intake.Report", through="intake.TopicReport", related_name="topics"
    )

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(name="topic_once_a_sheet", fields=["sheet", "first"])]

    def __str__(self) -> str:
        return self.name


class TopicReport(models.Model):
    """A report that belongs to a topic."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="members")
    report = models.ForeignKey("intake.Report", on_delete=models.CASCADE, related_name="in_topics")

    class Meta:
        constraints = [models.UniqueConstraint(name="topic_report_once", fields=["topic", "report"])]


class Governance(models.Model):
    """A topic that people took in hand as one matter: what it was called and counted on that day. Never edited."""

    matter = models.OneToOneField("matters.Matter", on_delete=models.PROTECT, related_name="governance")
    name = models.CharField(max_length=80)
    people = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnly.as_manager()


class GovernanceReport(models.Model):
    """A report that the topic held on that day, whatever became of it."""

    governance = models.ForeignKey(Governance, on_delete=models.PROTECT, related_name="members")
    report = models.ForeignKey("intake.Report", on_delete=models.PROTECT, related_name="in_governance")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="governance_report_once", fields=["governance", "report"])
        ]
