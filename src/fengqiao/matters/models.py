"""Matters and all that belongs to them. The database itself refuses an open matter without owner, next step, due time."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from fengqiao.accounts.scope import Scope
from fengqiao.audit.models import AppendOnly
from fengqiao.matters.choices import (
    OPEN_STATES,
    WORKING_STATES,
    EventKind,
    FollowUpResult,
    FollowUpState,
    Kind,
    Level,
    LinkKind,
    Origin,
    Outcome,
    PromiseKind,
    PromiseState,
    Severity,
    State,
)
from fengqiao.teams.models import Partner
from fengqiao.territory.models import Area, Place, on_ground

PERSON = settings.AUTH_USER_MODEL


class Category(models.Model):
    """A code of the reference data in one version; old versions stay so that old figures reproduce."""

    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    head = models.CharField(max_length=4)
    head_zh = models.CharField(max_length=30)
    zh = models.CharField(max_length=40)
    en = models.CharField(max_length=80)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    due_amount = models.PositiveSmallIntegerField()
    due_unit = models.CharField(max_length=1)
    role = models.CharField(max_length=2)
    level = models.CharField(max_length=1)
    mediation = models.CharField(max_length=1)
    tell_110 = models.PositiveSmallIntegerField()
    restricted = models.BooleanField(default=False)
    report_class = models.CharField(max_length=30, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="category_version", fields=["code", "valid_from"]),
            models.UniqueConstraint(
                name="category_current", fields=["code"], condition=Q(valid_to__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.zh


class MatterQuerySet(models.QuerySet["Matter"]):
    """Matters in the words of the field."""

    def visible_to(self, scope: Scope) -> MatterQuerySet:
        """What the scope may see: its areas and its own part in a matter; restricted ones need more.

        A matter about somebody is never visible to that person. Whose last appointment ended sees nothing, not even
        what still stands in their name.
        """
        if scope.person_id is None or not scope.grants:
            return self.none()
        mine = Q(owner_id=scope.person_id) | Q(pk__in=joined_matters(scope.person_id))
        open_to_area = on_ground(scope.paths("matter.see_area")) & Q(restricted=False)
        closed_to_most = on_ground(scope.paths("matter.restricted")) & Q(restricted=True)
        return self.filter(mine | open_to_area | closed_to_most).exclude(about_id=scope.person_id)

    def open(self) -> MatterQuerySet:
        """Matters that still have an owner and a next step, follow-up included.

        Every open one has a due time (a rule of the table itself), so the indexes of open matters can be used.
        """
        return self.filter(state__in=OPEN_STATES, due_at__isnull=False)

    def working(self) -> MatterQuerySet:
        """Matters without a result yet."""
        return self.open().filter(state__in=WORKING_STATES)

    def opened_since(self, at: datetime) -> MatterQuerySet:
        """Matters opened at ``at`` or later.

        As a list of ids, so that SQLite, which cannot guess how few they are, starts from the time and not from
        every matter of every area.
        """
        return self.filter(pk__in=Matter.objects.filter(opened_at__gte=at).order_by().values("pk"))

    def overdue(self, at: datetime) -> MatterQuerySet:
        """Open matters whose next step is late at ``at``."""
        return self.open().filter(due_at__lt=at)

    def with_faces(self) -> MatterQuerySet:
        """With everything a list row shows, in one query."""
        return self.select_related("owner", "category", "area", "place")


def joined_matters(person_id: int | None) -> models.QuerySet[JointMember, int]:
    """Ids of the matters somebody handles along with others now."""
    rows = JointMember.objects.filter(person_id=person_id or 0, left_at__isnull=True)
    return rows.values_list("matter_id", flat=True)


class Matter(models.Model):
    """Something that people brought up and that somebody now answers for."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="matters")
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True, default="")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    level = models.CharField(max_length=10, choices=Level.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASSIGNED)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="matters_owned")
    owner_because = models.CharField(max_length=120, blank=True, default="")
    next_step = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    level_due_at = models.DateTimeField(null=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="matters")
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="matters")
    place_text = models.CharField(max_length=160, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    unplaced = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    about = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="matters_about")
    origin = models.CharField(max_length=10, choices=Origin.choices)
    opened_at = models.DateTimeField(db_index=True)
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    resume_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True, default="")
    outcome_text = models.TextField(blank=True, default="")
    cause = models.CharField(max_length=200, blank=True, default="")
    threatening = models.BooleanField(default=False)
    kept_from_violence = models.BooleanField(default=False)
    kept_from_violence_why = models.CharField(max_length=300, blank=True, default="")
    referred_to = models.CharField(max_length=120, blank=True, default="")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_here")
    reopened = models.PositiveSmallIntegerField(default=0)
    escalations_count = models.PositiveSmallIntegerField(default=0)
    overdue_marked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = MatterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="open_matter_has_owner_next_due",
                condition=~Q(state__in=[str(s) for s in OPEN_STATES])
                | (Q(owner__isnull=False, due_at__isnull=False) & ~Q(next_step="")),
            ),
            models.CheckConstraint(name="matter_state_known", condition=Q(state__in=[str(s) for s in State])),
            models.CheckConstraint(
                name="matter_severity_known", condition=Q(severity__gte=1, severity__lte=4)
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="matter_open_due"),
            models.Index(
                fields=["owner", "due_at"], condition=Q(due_at__isnull=False), name="matter_open_mine"
            ),
            models.Index(
                fields=["area", "due_at"], condition=Q(due_at__isnull=False), name="matter_open_area"
            ),
            models.Index(fields=["state", "opened_at"], name="matter_state_time"),
            models.Index(fields=["kind", "opened_at"], name="matter_kind_time"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """True while somebody still has a next step."""
        return self.state in OPEN_STATES


class Event(models.Model):
    """One thing that happened to a matter: at once timeline and outbox. Never edited, never deleted."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    by_kind = models.CharField(max_length=12)
    text = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=False)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["matter", "id"], name="event_timeline"),
            models.Index(fields=["at"], name="event_time"),
        ]


class Promise(models.Model):
    """Something somebody said they would do by a time."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="promises")
    kind = models.CharField(max_length=10, choices=PromiseKind.choices)
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=60)
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="promises")
    due_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    state = models.CharField(max_length=10, choices=PromiseState.choices, default=PromiseState.OPEN)
    public = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="promise_settled_has_time",
                condition=Q(state="open", settled_at__isnull=True)
                | ~Q(state="open") & Q(settled_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(settled_at__isnull=True), name="promise_open_due"),
        ]


class JointMember(models.Model):
    """Somebody who handles a matter along with its owner; the lead is always named."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="joint_members")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="joint_in")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="joint_in")
    task = models.CharField(max_length=120, blank=True, default="")
    leads = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="joint_person_once", fields=["matter", "person"], condition=Q(left_at__isnull=True)
            ),
            models.UniqueConstraint(
                name="joint_one_lead", fields=["matter"], condition=Q(left_at__isnull=True, leads=True)
            ),
            models.CheckConstraint(
                name="joint_somebody", condition=Q(person__isnull=False) | Q(partner__isnull=False)
            ),
        ]


class Consultation(models.Model):
    """会商: a hard matter is put to departments; what they decide becomes tasks."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="consultations")
    question = models.TextField()
    held_at = models.DateTimeField()
    partners = models.ManyToManyField(Partner, related_name="consultations")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    conclusion = models.TextField(blank=True, default="")


class Task(models.Model):
    """A piece of work that a consultation or the owner handed to somebody, with a time."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="tasks")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, null=True, related_name="tasks")
    what = models.CharField(max_length=200)
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="tasks")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="tasks")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="task_somebody", condition=Q(person__isnull=False) | Q(partner__isnull=False)
            )
        ]


class Escalation(models.Model):
    """A matter climbed one step of the ladder: what was tried, what blocks it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="escalations")
    from_level = models.CharField(max_length=10, choices=Level.choices)
    to_level = models.CharField(max_length=10, choices=Level.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    automatic = models.BooleanField(default=False)
    tried = models.TextField(blank=True, default="")
    blocked_by = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["id"]


class FollowUp(models.Model):
    """Somebody goes back to look."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="follow_ups")
    rule = models.CharField(max_length=30)
    purpose = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="follow_ups")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, null=True, related_name="follow_ups")
    state = models.CharField(max_length=10, choices=FollowUpState.choices, default=FollowUpState.PLANNED)
    result = models.CharField(max_length=10, choices=FollowUpResult.choices, blank=True, default="")
    note = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="follow_up_planned_due"),
            models.Index(
                fields=["owner", "due_at"], condition=Q(state="planned"), name="follow_up_planned_mine"
            ),
        ]


class Link(models.Model):
    """Two matters hang together; ``before`` keeps what an unlink must put back."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=LinkKind.choices)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="link_once", fields=["matter", "other", "kind"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="link_two", condition=~Q(matter=models.F("other"))),
        ]


class Rating(models.Model):
    """What a reporter said of the result; ``score`` 1 not satisfied, 2 middling, 3 satisfied."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="ratings")
    score = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    report_uid = models.UUIDField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="rating_1_3", condition=Q(score__gte=1, score__lte=3))]


class Counter(models.Model):
    """Running numbers by year, taken inside the transaction that uses them."""

    key = models.CharField(max_length=40, unique=True)
    value = models.PositiveIntegerField(default=0)
