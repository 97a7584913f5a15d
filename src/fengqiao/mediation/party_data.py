"""What is written down of a party: checked, masked, sealed; and read back as a card."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from fengqiao.lib.crypto import blind_index
from fengqiao.lib.errors import Refusal
from fengqiao.lib.present import mask_name
from fengqiao.lib.text import clean, digits, one_line
from fengqiao.mediation import identity
from fengqiao.mediation.choices import Side
from fengqiao.mediation.inputs import said
from fengqiao.mediation.models import Party

SEXES = ("", "男", "女")


@dataclass(frozen=True)
class PartyDraft:
    """What is written down of a party. ``identity`` is asked only for papers that must carry it.

    ``identity_kind``: "resident_id", "uscc" (units) or "other". A unit names its ``representative``. A minor, or
    somebody without legal capacity, has a ``guardian`` at their side. There is no field for ethnicity or religion.
    """

    side: str
    name: str
    phone: str = ""
    address: str = ""
    identity: str = ""
    identity_kind: str = "resident_id"
    sex: str = ""
    age: int | None = None
    occupation: str = ""
    unit: str = ""
    representative: str = ""
    is_unit: bool = False
    is_minor: bool = False
    lacks_capacity: bool = False
    guardian: str = ""
    guardian_phone: str = ""


@dataclass(frozen=True)
class PartyCard:
    """What a person who had to know was shown of a party; the identity number only in part."""

    party_id: int
    side: str
    name: str
    phone: str
    address: str
    identity_masked: str
    sex: str
    age: int | None
    occupation: str
    unit: str
    representative: str
    guardian: str
    guardian_phone: str
    is_minor: bool


def card(row: Party) -> PartyCard:
    """The party's card. The caller has logged the reading."""
    more = details(row)
    number = row.unseal("identity_sealed")
    return PartyCard(
        party_id=row.pk,
        side=row.side,
        name=row.unseal("name_sealed"),
        phone=row.unseal("phone_sealed"),
        address=row.unseal("address_sealed"),
        identity_masked=f"{number[:4]}{'*' * max(0, len(number) - 6)}{number[-2:]}" if number else "",
        sex=str(more.get("sex", "")),
        age=int(str(more["age"])) if more.get("age") is not None else None,
        occupation=str(more.get("occupation", "")),
        unit=str(more.get("unit", "")),
        representative=str(more.get("representative", "")),
        guardian=str(more.get("guardian", "")),
        guardian_phone=str(more.get("guardian_phone", "")),
        is_minor=row.is_minor,
    )


def details(row: Party) -> dict[str, str | int | None]:
    """The sealed small facts of a party."""
    text = row.unseal("details_sealed")
    found: dict[str, str | int | None] = json.loads(text) if text else {}
    return found


def write(row: Party, draft: PartyDraft) -> None:
    """Seal a checked draft into ``row`` (the caller saves)."""
    row.masked_name = (draft.name if draft.is_unit else mask_name(draft.name))[:40]
    row.is_unit, row.is_minor = draft.is_unit, draft.is_minor
    row.guardian_present = bool(draft.guardian)
    row.seal("name_sealed", draft.name)
    row.seal("phone_sealed", draft.phone)
    row.seal("address_sealed", draft.address)
    row.seal("identity_sealed", draft.identity)
    row.phone_index = blind_index(draft.phone)
    more = {
        "sex": draft.sex,
        "age": draft.age,
        "occupation": draft.occupation,
        "unit": draft.unit,
        "representative": draft.representative,
        "guardian": draft.guardian,
        "guardian_phone": draft.guardian_phone,
        "lacks_capacity": int(draft.lacks_capacity),
        "identity_kind": draft.identity_kind if draft.identity else "",
    }
    row.seal("details_sealed", json.dumps(more, ensure_ascii=False))


def checked(party: PartyDraft, today: date) -> PartyDraft:
    """``party`` cleaned and checked. Raises Refusal naming the field; numbers are never repeated in messages."""
    if party.side not in Side.values:
        raise Refusal(_("请选是哪一方"), code="missing", field="side")
    if party.sex not in SEXES:
        raise Refusal(_("性别请写男或女，也可以不写"), code="bad", field="sex")
    number, sex, age, minor = _identity(party, today)
    if age is not None and not 0 <= age <= 130:
        raise Refusal(_("年龄不合理，请核对"), code="bad", field="age")
    minor = minor or party.is_minor or (age is not None and age < identity.ADULT_YEARS and not party.is_unit)
    guardian = one_line(party.guardian, limit=40, field="guardian")
    if (minor or party.lacks_capacity) and not guardian:
        raise Refusal(
            _("未成年人或没有行为能力的人要有监护人到场，请写上监护人"), code="no_guardian", field="guardian"
        )
    return PartyDraft(
        side=party.side,
        name=said(
            one_line(party.name, limit=60, field="name"), what=_("姓名或单位名称"), field="name", limit=60
        ),
        phone=_phone(party.phone, "phone"),
        address=clean(party.address, limit=200, field="address"),
        identity=number,
        identity_kind=party.identity_kind,
        sex=sex,
        age=age,
        occupation=one_line(party.occupation, limit=40, field="occupation"),
        unit=one_line(party.unit, limit=80, field="unit"),
        representative=one_line(party.representative, limit=40, field="representative"),
        is_unit=party.is_unit,
        is_minor=minor and not party.is_unit,
        lacks_capacity=party.lacks_capacity,
        guardian=guardian,
        guardian_phone=_phone(party.guardian_phone, "guardian_phone"),
    )


def _phone(typed: str, field: str) -> str:
    bare = digits(typed)
    if not bare and not typed.strip():
        return ""
    if not identity.is_phone(bare):
        raise Refusal(_("电话号码不对：手机 11 位，座机加区号"), code="bad_phone", field=field)
    return bare


def _identity(party: PartyDraft, today: date) -> tuple[str, str, int | None, bool]:
    """(number, sex, age, is a minor), filled from a resident identity number where one is given."""
    typed = party.identity.strip()
    if not typed:
        return "", party.sex, party.age, False
    try:
        if party.identity_kind == "uscc":
            return identity.read_unit_number(typed), party.sex, party.age, False
        if party.identity_kind == "other":
            return identity.read_other_paper(typed), party.sex, party.age, False
        person = identity.read_person_number(typed, today)
    except identity.IdentityError as error:
        raise Refusal(str(error), code="bad_identity", field="identity") from None
    if party.sex and party.sex != person.sex:
        raise Refusal(_("性别和身份证号码对不上，请核对"), code="bad_identity", field="sex")
    age = person.age(today)
    return person.number, person.sex, age, age < identity.ADULT_YEARS
