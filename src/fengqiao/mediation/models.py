"""Mediation cases: parties sealed, sessions, agreements whose terms are promises, visits to see them kept."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Scope
from fengqiao.lib.crypto import Sealed
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import Level
from fengqiao.matters.models import Matter, Promise, joined_matters
from fengqiao.mediation.choices import (
    RUNNING,
    TELL_ROUTES,
    CaseOutcome,
    CaseState,
    Confirmation,
    Consent,
    Form,
    Performance,
    Side,
    Start,
    VisitHow,
)
from fengqiao.teams.models import Partner, Resource
from fengqiao.territory.models import within

PERSON = settings.AUTH_USER_MODEL
_NONCE = 12


class CaseQuerySet(models.QuerySet["MediationCase"]):
    """Mediation cases by reach."""

    def visible_to(self, scope: Scope) -> CaseQuerySet:
        """One's own mediations, and those of matters one may see, where one handles or looks into mediation.

        A restricted matter's case follows the matter: only who handles it, or holds the right to restricted
        matters there. The mediation of a matter about somebody is never visible to that person.
        """
        if scope.person_id is None:
            return self.none()
        here_at_all = scope.can("mediation.handle") or scope.can("mediation.see")
        led = Q(mediator_id=scope.person_id) if here_at_all else Q(pk__in=[])
        part = Q(matter__owner_id=scope.person_id) | Q(matter_id__in=joined_matters(scope.person_id))
        here = within((*scope.paths("mediation.see"), *scope.paths("mediation.handle")), "matter__area__path")
        # EXISTS looks up one matter a row; IN would first list every matter in reach.
        seen = Q(Exists(Matter.objects.visible_to(scope).filter(pk=OuterRef("matter_id")))) & (part | here)
        about_me = Q(matter__about_id=scope.person_id, matter__about_id__isnull=False)
        return self.filter(led | seen).exclude(about_me)

    def running(self) -> CaseQuerySet:
        """Cases whose time limit runs; only an ended one has an end, so the index of running cases can be used."""
        return self.filter(state__in=RUNNING, ended_at__isnull=True)

    def overdue(self, at: datetime) -> CaseQuerySet:
        """Running cases past their time limit at ``at``."""
        return self.running().filter(due_at__lt=at)

    def with_faces(self) -> CaseQuerySet:
        """With what a list row shows, in one query (parties and terms are prefetched apart)."""
        return self.select_related("matter__category", "matter__area", "mediator")


class MediationCase(models.Model):
    """One mediation of a matter at one level; the next level is a new case that names the one before it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="mediations")
    level = models.CharField(max_length=10, choices=Level.choices)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.CHECKING)
    start = models.CharField(max_length=10, choices=Start.choices)
    mediator = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="mediations")
    committee = models.CharField(max_length=80)
    facts = models.TextField(blank=True, default="")
    request = models.TextField(blank=True, default="")
    suitability = models.JSONField(default=dict)
    suitable = models.BooleanField(null=True)
    danger_signs = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    extended = models.BooleanField(default=False)
    extended_why = models.CharField(max_length=300, blank=True, default="")
    warned_at = models.DateTimeField(null=True)
    overdue_marked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=CaseOutcome.choices, blank=True, default="")
    ended_why = models.TextField(blank=True, default="")
    routes_told = models.TextField(blank=True, default="")
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="next_level")
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_running_mediation",
                fields=["matter"],
                condition=Q(state__in=[str(s) for s in RUNNING]),
            ),
            models.CheckConstraint(
                name="failed_mediation_tells_routes",
                condition=~Q(outcome__in=[str(o) for o in TELL_ROUTES]) | ~Q(routes_told=""),
            ),
            models.CheckConstraint(
                name="mediation_outcome_when_over",
                condition=Q(state__in=[str(s) for s in RUNNING], outcome="", ended_at__isnull=True)
                | Q(state__in=[str(CaseState.AGREED), str(CaseState.ENDED)], ended_at__isnull=False)
                & ~Q(outcome=""),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="mediation_running"),
            models.Index(fields=["mediator", "state"], name="mediation_mine"),
        ]

    def __str__(self) -> str:
        return self.number


class Party(Sealed):
    """A party: name, phone, address and (for the papers only) identity number, all sealed.

    ``details_sealed`` holds a small JSON object: sex, age, occupation, unit, guardian, guardian_phone.
    """

    case = models.ForeignKey(MediationCase, on_delete=models.CASCADE, related_name="parties")
    side = models.CharField(max_length=10, choices=Side.choices)
    position = models.PositiveSmallIntegerField(default=1)
    masked_name = models.CharField(max_length=40)
    is_unit = models.BooleanField(default=False)
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    identity_sealed = models.BinaryField(null=True)
    details_sealed = models.BinaryField(null=True)
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True)
    is_minor = models.BooleanField(default=False)
    guardian_present = models.BooleanField(default=False)
    consent = models.CharField(max_length=8, choices=Consent.choices, default=Consent.ASKED)
    consent_at = models.DateTimeField(null=True)
    consent_how = models.CharField(max_length=80, blank=True, default="")
    rights_told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "side", "position"]
        constraints = [
            models.UniqueConstraint(name="party_position", fields=["case", "side", "position"]),
            models.CheckConstraint(
                name="minor_has_guardian", condition=Q(is_minor=False) | Q(guardian_present=True)
            ),
            models.CheckConstraint(
                name="consent_has_time", condition=Q(consent="asked") | Q(consent_at__isnull=False)
            ),
        ]


class Session(models.Model):
    """One sitting; ``planned_minutes`` is how long the room is kept, ``minutes`` how long it took."""

    case = models.ForeignKey(MediationCase, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    planned_at = models.DateTimeField()
    planned_minutes = models.PositiveSmallIntegerField(default=60)
    room = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=120)
    invited = models.TextField(blank=True, default="")
    invited_agreed = models.BooleanField(default=False)
    open_session = models.BooleanField(default=False)
    held_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    recorder = models.CharField(max_length=40, blank=True, default="")
    rights_told = models.BooleanField(default=False)
    statements = models.TextField(blank=True, default="")
    proposals = models.TextField(blank=True, default="")
    result = models.TextField(blank=True, default="")
    agreed = models.BooleanField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(name="session_number", fields=["case", "number"]),
            models.CheckConstraint(
                name="held_session_told_rights",
                condition=Q(held_at__isnull=True) | Q(rights_told=True, cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="invited_with_consent", condition=Q(invited="") | Q(invited_agreed=True)
            ),
        ]
        indexes = [
            models.Index(fields=["room", "planned_at"], name="session_room"),
            models.Index(fields=["planned_at"], name="session_time"),
        ]


class Agreement(models.Model):
    """What was agreed. A draft until ``valid_from``; then its terms are promises with dates.

    ``confirm_by`` is the last day for joint confirmation by the court, 30 days from ``valid_from``;
    ``broken_seen`` is how many broken terms somebody was already told of.
    """

    case = models.OneToOneField(MediationCase, on_delete=models.PROTECT, related_name="agreement")
    number = models.CharField(max_length=40, unique=True)
    form = models.CharField(max_length=8, choices=Form.choices)
    facts = models.TextField()
    drafted_at = models.DateTimeField()
    valid_from = models.DateTimeField(null=True)
    signed_by_all = models.BooleanField(default=False)
    mediator_signed = models.BooleanField(default=False)
    committee_sealed = models.BooleanField(default=False)
    findings = models.JSONField(default=list, blank=True)
    vague_reason = models.CharField(max_length=300, blank=True, default="")
    about_status = models.BooleanField(default=False)
    confirm_by = models.DateField(null=True)
    confirm_reminded_at = models.DateTimeField(null=True)
    confirmation = models.CharField(max_length=10, choices=Confirmation.choices, default=Confirmation.NONE)
    confirmation_at = models.DateField(null=True)
    court = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="+")
    performance = models.CharField(max_length=8, choices=Performance.choices, default=Performance.DUE)
    broken_seen = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["confirm_by"], name="agreement_confirm_by")]
        constraints = [
            models.CheckConstraint(
                name="valid_agreement_is_signed",
                condition=Q(valid_from__isnull=True)
                | Q(form="written", signed_by_all=True, mediator_signed=True, committee_sealed=True)
                | Q(form="oral", mediator_signed=True),
            ),
            models.CheckConstraint(
                name="valid_agreement_has_last_day",
                condition=Q(valid_from__isnull=True, confirm_by__isnull=True)
                | Q(valid_from__isnull=False, confirm_by__isnull=False),
            ),
            models.CheckConstraint(
                name="confirmation_of_valid_only",
                condition=Q(confirmation="none") | Q(valid_from__isnull=False, about_status=False),
            ),
        ]

    @property
    def is_valid(self) -> bool:
        """True once it binds the parties."""
        return self.valid_from is not None


class Term(models.Model):
    """One term: who does what, how much (yuan), how, by when; kept or broken through its promise."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="terms")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    how = models.CharField(max_length=80, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    at_once = models.BooleanField(default=False)
    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, null=True, related_name="term")

    class Meta:
        ordering = ["agreement", "position"]
        constraints = [models.UniqueConstraint(name="term_position", fields=["agreement", "position"])]


class Visit(models.Model):
    """Somebody went back to see whether an agreement is kept: what was found, what the party worries about."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="visits")
    term = models.ForeignKey(Term, on_delete=models.SET_NULL, null=True, related_name="visits")
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    how = models.CharField(max_length=8, choices=VisitHow.choices, default=VisitHow.CALL)
    kept = models.BooleanField(null=True)
    note = models.TextField()
    satisfaction = models.PositiveSmallIntegerField(null=True)
    worries = models.TextField(blank=True, default="")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="visit_satisfaction_1_3",
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=3),
            )
        ]


class Document(Sealed):
    """A paper of the file, made from a template or received. The file on disk opens only with the row's key.

    ``path`` is relative to MEDIA_ROOT, empty for a paper that is only kept as an original; ``sha256`` is that
    of the plain content; ``size`` its length in bytes.
    """

    case = models.ForeignKey(MediationCase, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=80)
    made = models.BooleanField(default=True)
    extension = models.CharField(max_length=5, blank=True, default="docx")
    path = models.CharField(max_length=160, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveIntegerField(default=0)
    pages = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["case", "made_at", "id"]

    def seal_bytes(self, content: bytes) -> bytes:
        """``content`` as it may lie on disk."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._data_key(create=True)).encrypt(nonce, content, self._aad("file"))

    def open_bytes(self, blob: bytes) -> bytes:
        """The content of a sealed file. Raises Refusal when it was changed or its key is gone."""
        try:
            return AESGCM(self._data_key()).decrypt(blob[:_NONCE], blob[_NONCE:], self._aad("file"))
        except InvalidTag as error:
            raise Refusal(
                _("这份文书的文件被改动过，打不开。请重新制作，并告诉系统管理员"), code="tampered"
            ) from error


class DocumentTemplate(models.Model):
    """A station's own .docx template for a kind of paper; the newest not removed is used, else the built-in one."""

    kind = models.CharField(max_length=30)
    path = models.CharField(max_length=160)
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "-id"]
        constraints = [
            models.CheckConstraint(
                name="template_removed_after",
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("uploaded_at")),
            )
        ]
