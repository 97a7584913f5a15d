"""People: created, changed, signed in, switched off. What they may do comes from appointments alone."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts import reach
from fengqiao.accounts.checks import demand_anywhere
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.accounts.policy import APPOINT
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import digits, one_line

_USERNAME = re.compile(r"[A-Za-z0-9._\-]{2,60}")


def fresh(person: Person) -> Person:
    """The person as they are now, locked until the transaction ends. Raises OutOfReach when gone."""
    found = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def create_person(
    *,
    by: Actor,
    username: str,
    name: str,
    password: str = "",
    phone: str = "",
    title: str = "",
    employer: str = "",
) -> Person:
    """A new person without any rights yet. Without a password nobody can sign in as them.

    Raises Refusal for a sign-in name in use or of other characters than letters, digits and ``. _ -``, for a
    missing name, a weak password or a phone number that is none.
    """
    demand_anywhere(by, APPOINT)
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Refusal(_("登录名用 2 至 60 个字母、数字或 . _ -"), code="bad_username", field="username")
    if Person.objects.filter(username__iexact=username).exists():
        raise Refusal(
            _("登录名 %(username)s 已经有人用了，请换一个") % {"username": username},
            code="taken",
            field="username",
        )
    person = Person(username=username, **_words(name, title, employer))
    person.set_password(_checked(password, person) if password else None)
    _seal_phone(person, phone)
    person.save()
    trail(by, "person.created", person, username=username)
    return person


def _words(name: str, title: str, employer: str) -> dict[str, str]:
    found = {
        "name": one_line(name, limit=40, field="name"),
        "title": one_line(title, limit=40, field="title"),
        "employer": one_line(employer, limit=80, field="employer"),
    }
    if not found["name"]:
        raise Refusal(_("请填写姓名"), code="missing", field="name")
    return found


def _checked(password: str, person: Person) -> str:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refusal(_("；").join(error.messages), code="weak_password", field="password") from error
    if password.lower() in {person.username.lower(), person.name.lower()}:
        raise Refusal(_("密码不能和登录名或姓名一样"), code="weak_password", field="password")
    return password


def _seal_phone(person: Person, phone: str) -> None:
    if phone and not 5 <= len(digits(phone)) <= 15:
        raise Refusal(_("电话号码应有 5 至 15 位数字"), code="bad_phone", field="phone")
    person.set_phone(phone.strip())


@transaction.atomic
def change_person(person: Person, *, by: Actor, name: str, title: str = "", employer: str = "") -> Person:
    """Correct name, title and employer."""
    person = fresh(person)
    reach.demand_manages(by, person)
    words = _words(name, title, employer)
    changed = [key for key, value in words.items() if getattr(person, key) != value]
    for key, value in words.items():
        setattr(person, key, value)
    person.save(update_fields=list(words))
    trail(by, "person.changed", person, columns=changed)
    return person


@transaction.atomic
def set_phone(person: Person, *, by: Actor, phone: str) -> Person:
    """Put the person's phone number on file, sealed; an empty one takes it off. One's own is one's own."""
    person = fresh(person)
    reach.demand_self_or_manages(by, person)
    _seal_phone(person, phone)
    person.save(update_fields=["phone_sealed", "phone_index", "wrapped_key"])
    trail(by, "person.phone_set", person, empty=not phone.strip())
    return person


@transaction.atomic
def read_phone(person: Person, *, by: Actor, purpose: str) -> str:
    """The person's phone number, empty when none is on file; the read is logged with its purpose.

    Raises Refusal without a purpose, OutOfReach for somebody out of sight.
    """
    if not reach.sees(by, person):
        raise OutOfReach
    purpose = one_line(purpose, limit=120, field="purpose")
    if not purpose:
        raise Refusal(_("请写明为什么要看这个号码"), code="missing", field="purpose")
    trail(by, "contact.read", person, purpose=purpose, field="phone")
    return fresh(person).unseal("phone_sealed")


@transaction.atomic
def change_password(person: Person, *, by: Actor, old: str, new: str) -> Person:
    """One's own password, the old one given. Every other session of the person ends with it.

    Raises OutOfReach for somebody else's, Refusal for a wrong old one or a weak new one.
    """
    if not reach.is_self(by, person):
        raise OutOfReach
    person = fresh(person)
    if not person.check_password(old):
        raise Refusal(_("原密码不对"), code="wrong_password", field="old")
    if new == old:
        raise Refusal(_("新密码和原密码一样，请换一个"), code="weak_password", field="new")
    return _new_password(person, new, by, "person.password_changed")


@transaction.atomic
def set_password(person: Person, *, by: Actor, password: str) -> Person:
    """A new password for somebody who forgot theirs, by who manages them; not for oneself.

    Accounts that configure the system or read its log are reset by the system alone (command line), so that
    nobody takes them over. Raises Refusal for a weak password.
    """
    person = fresh(person)
    if reach.is_self(by, person):
        raise NotAllowed(_("自己的密码请在“我的”里改，要先填原密码"))
    reach.demand_manages(by, person)
    return _new_password(person, password, by, "person.password_set")


def _new_password(person: Person, new: str, by: Actor, verb: str) -> Person:
    person.set_password(_checked(new, person))
    person.save(update_fields=["password"])
    trail(by, verb, person)
    return person


@transaction.atomic
def choose_language(person: Person, *, by: Actor, language: str) -> Person:
    """The language one's own screens speak."""
    if not reach.is_self(by, person):
        raise OutOfReach
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("没有这种语言"), code="bad_language", field="language")
    person = fresh(person)
    person.language = language
    person.save(update_fields=["language"])
    trail(by, "person.language", person, language=language)
    return person


@transaction.atomic
def deactivate(person: Person, *, by: Actor, reason: str) -> Person:
    """The person can no longer sign in, from the next request on; their tokens end. What they did stays.

    Raises NotAllowed for oneself, Refusal without a reason and for somebody who still keeps things together.
    """
    person = fresh(person)
    if reach.is_self(by, person):
        raise NotAllowed(_("不能停用自己的账号，请由上级来做"))
    reach.demand_manages(by, person)
    reason = one_line(reason, limit=200, field="reason")
    if not reason:
        raise Refusal(_("请写明停用的原因"), code="missing", field="reason")
    kept = reach.why_kept(person)
    if kept:
        raise Refusal(kept, code="still_needed")
    person.is_active = False
    person.save(update_fields=["is_active"])
    ended = ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=clock.now())
    trail(by, "person.deactivated", person, reason=reason, tokens=ended)
    return person


@transaction.atomic
def activate(person: Person, *, by: Actor, reason: str) -> Person:
    """The person may sign in again; tokens stay ended."""
    person = fresh(person)
    if reach.is_self(by, person):
        raise NotAllowed
    reach.demand_manages(by, person)
    person.is_active = True
    person.save(update_fields=["is_active"])
    trail(by, "person.activated", person, reason=one_line(reason, limit=200))
    return person
