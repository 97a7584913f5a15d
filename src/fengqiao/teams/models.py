"""Teams, who belongs to them, who holds which appointment, who is on duty, partners and named mechanisms."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Expression, F, Q

from fengqiao.accounts.scope import Scope
from fengqiao.teams.choices import DutyKind, EvidenceKind
from fengqiao.territory.models import Area, Beat, Place, within


class Partner(models.Model):
    """An organisation that works along: court, water board, firm, street department."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=30)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="partners")
    duty_line = models.CharField(max_length=40, blank=True, default="")
    note = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """Something partners share: a mediation room, a boat, a hall, a lawyer's hours."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="resources", null=True)
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="resources")
    hours = models.CharField(max_length=80, blank=True, default="")
    contact = models.CharField(max_length=60, blank=True, default="")
    note = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams in the words of the field."""

    def visible_to(self, scope: Scope) -> TeamQuerySet:
        """Teams working in areas where the scope may see people."""
        return self.filter(within(scope.paths("people.see"), "area__path"))


class Team(models.Model):
    """A station, a community team, a volunteer brigade, a patrol group, a special team, an alliance."""

    kind = models.CharField(max_length=30)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="teams")
    partner = models.ForeignKey(Partner, on_delete=models.SET_NULL, null=True, related_name="teams")
    formed_on = models.DateField()
    ended_on = models.DateField(null=True)
    purpose = models.TextField(blank=True, default="")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by date."""

    def on(self, day: date) -> MembershipQuerySet:
        """Memberships that hold on ``day``."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Membership(models.Model):
    """Somebody belongs to a team from a day to a day; a special team has two leaders."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    leads = models.BooleanField(default=False)
    task = models.CharField(max_length=60, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="member_once", fields=["team", "person"], condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="membership_dates", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
        ]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments by date."""

    def on(self, day: date | Expression) -> AppointmentQuerySet:
        """Appointments that hold on ``day`` (or on the day put into a slot) and were not withdrawn."""
        return self.filter(valid_from__lte=day, revoked_at__isnull=True).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )

    def visible_to(self, scope: Scope) -> AppointmentQuerySet:
        """Appointments over areas where the scope may see people, and one's own."""
        mine = Q(person_id=scope.person_id)
        paths = scope.paths("people.see")
        return self.filter(mine | within(paths, "area__path") | within(paths, "beat__area__path"))


class Appointment(models.Model):
    """A role over an area or a beat, for a term, given by somebody: the only source of rights."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField(max_length=30)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="appointments")
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, null=True, related_name="appointments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="appointments_given"
    )
    duties = models.TextField(blank=True, default="")
    certificate_no = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="appointments_withdrawn"
    )
    revoke_reason = models.CharField(max_length=200, blank=True, default="")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["role", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="appointment_one_scope",
                condition=Q(area__isnull=False, beat__isnull=True) | Q(area__isnull=True, beat__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_dates", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
        ]


class DutyQuerySet(models.QuerySet["Duty"]):
    """Duty by the hour."""

    def at(self, moment: datetime) -> DutyQuerySet:
        """Duty running at ``moment``."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class Duty(models.Model):
    """Somebody on duty from an hour to an hour, for a team, an area or a beat."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties")
    kind = models.CharField(max_length=10, choices=DutyKind.choices)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="duties")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="duties")
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, null=True, related_name="duties")
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField(db_index=True)
    note = models.CharField(max_length=120, blank=True, default="")

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(name="duty_hours", condition=Q(ends_at__gt=F("starts_at"))),
        ]


class DutySwap(models.Model):
    """A wish to swap duty, or to hand one over (``theirs`` empty); it happens when the other one agrees."""

    mine = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="offered")
    theirs = models.ForeignKey(Duty, on_delete=models.CASCADE, null=True, related_name="asked_for")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="swaps_asked")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=120, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_swap", fields=["mine"], condition=Q(answered_at__isnull=True)
            )
        ]


class DutyList(models.Model):
    """A named mechanism or duty list of the station (三排查, 六联 ...): a list of items."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    group = models.CharField(max_length=60, blank=True, default="")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="duty_lists")
    note = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class DutyItem(models.Model):
    """One item: what, who owns it, how often (days between, none for as needed), what shows it."""

    list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    group = models.CharField(max_length=60, blank=True, default="")
    owner_role = models.CharField(max_length=30)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="duty_items"
    )
    every_days = models.PositiveSmallIntegerField(null=True)
    evidence = models.CharField(max_length=10, choices=EvidenceKind.choices)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["list", "position"]
        constraints = [models.UniqueConstraint(name="item_key_once", fields=["list", "key"])]

    def __str__(self) -> str:
        return self.title


class Evidence(models.Model):
    """What was done for an item, when, by whom."""

    item = models.ForeignKey(DutyItem, on_delete=models.CASCADE, related_name="evidence_rows")
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    reference = models.CharField(max_length=120, blank=True, default="")


class Post(models.Model):
    """A fixed post: police room, guard post, stand-by point."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="posts")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="posts")
    hours = models.CharField(max_length=80, blank=True, default="")


class Station(models.Model):
    """First-use facts of this installation: one row. The default owner answers when nobody else does."""

    team = models.OneToOneField(Team, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    default_owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    uid = models.UUIDField()
    created_at = models.DateTimeField()
