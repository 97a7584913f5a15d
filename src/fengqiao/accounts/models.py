"""People who sign in. What they may do comes from appointments (teams), never from flags here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from fengqiao.lib import clock
from fengqiao.lib.crypto import Sealed, blind_index


class PersonManager(BaseUserManager["Person"]):
    """Creates people; the natural key is the sign-in name."""

    def create_person(self, username: str, name: str, password: str | None = None, **extra: Any) -> Person:
        """A new person; without a password nobody can sign in as them."""
        person = self.model(username=username, name=name, **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(Sealed, AbstractBaseUser):
    """Somebody who works or helps here: officer, mediator, grid worker, volunteer."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True)
    title = models.CharField(max_length=40, blank=True, default="")
    employer = models.CharField(max_length=80, blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        """Seal ``phone`` and its search index (the caller saves)."""
        self.seal("phone_sealed", phone)
        self.phone_index = blind_index(phone)


class ApiToken(models.Model):
    """A bearer token of a person for the API; only its SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class KeptAnswer(Sealed):
    """What the API answered a caller under an Idempotency-Key, to be repeated; ``status`` is empty until it is known."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=80)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="kept_answer_key")]
