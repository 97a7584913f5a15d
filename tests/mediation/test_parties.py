"""Adding, correcting and taking out parties: sealed, masked, checked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fengqiao.lib.crypto import blind_index
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Event
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase, Party
from tests.mediation.conftest import CHILD_ID, WANG_ID, Room


def add(room: Room, case: MediationCase, **more: Any) -> Party:
    given = {"side": "applicant", "name": "欧阳建华"}
    return actions.add_party(case, by=room.by(), party=actions.PartyDraft(**{**given, **more}))


def test_a_party_is_sealed_and_masked(room: Room) -> None:
    case = room.case()
    party = add(
        room, case, phone="138 1234 5120", identity=WANG_ID, address="锦澜苑 5 栋 202", occupation="教师"
    )
    fresh = Party.objects.get(pk=party.pk)
    assert fresh.masked_name == "欧**华"
    assert fresh.phone_index == blind_index("13812345120")
    assert fresh.unseal("name_sealed") == "欧阳建华"
    assert fresh.unseal("identity_sealed") == WANG_ID
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mediation_party WHERE id = %s", [party.pk])
        stored = b"|".join(
            bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in cursor.fetchone()
        )
    for secret in ("欧阳建华", "13812345120", WANG_ID, "锦澜苑", "教师"):
        assert secret.encode() not in stored


def test_the_story_names_a_party_only_masked(room: Room) -> None:
    case = room.case()
    add(room, case, phone="13812345120")
    texts = "".join(Event.objects.filter(matter=case.matter).values_list("text", flat=True))
    assert "欧**华" in texts
    assert "欧阳建华" not in texts
    assert "13812345120" not in texts


def test_the_number_says_sex_and_age(room: Room) -> None:
    party = add(room, room.case(), identity=WANG_ID.lower())
    card = actions.open_party(party, by=room.by(), purpose="联系当事人")
    assert (card.sex, card.age) == ("女", 76)
    assert card.identity_masked == "1101************2X"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("side", {"side": "judge"}),
        ("name", {"name": "  "}),
        ("phone", {"phone": "12345"}),
        ("phone", {"phone": "电话不知道"}),
        ("identity", {"identity": "110105194912310021"}),
        ("identity", {"identity": "91350100M000100Y44", "identity_kind": "uscc", "is_unit": True}),
        ("sex", {"sex": "男", "identity": WANG_ID}),
        ("sex", {"sex": "不详"}),
        ("age", {"age": 200}),
        ("guardian", {"is_minor": True}),
        ("guardian", {"age": 12}),
        ("guardian", {"identity": CHILD_ID}),
        ("guardian", {"lacks_capacity": True}),
    ],
)
def test_what_cannot_be_right_is_refused(room: Room, field: str, more: dict[str, Any]) -> None:
    """Numbers must fit their check signs; a minor or somebody without capacity comes with a guardian."""
    case = room.case()
    with pytest.raises(Refusal) as refusal:
        add(room, case, **more)
    assert refusal.value.field == field
    assert not case.parties.exists()
    assert str(more.get("identity", "x")) not in refusal.value.message


def test_a_child_comes_with_a_guardian(room: Room) -> None:
    party = add(room, room.case(), identity=CHILD_ID, guardian="欧阳父", guardian_phone="13812345120")
    assert party.is_minor is True
    assert party.guardian_present is True
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(guardian_present=False)


def test_a_unit_keeps_its_name_and_code(room: Room) -> None:
    party = add(
        room,
        room.case(),
        name="好再来餐馆",
        is_unit=True,
        identity="91350100M000100Y43",
        identity_kind="uscc",
        representative="钱老板",
    )
    assert party.masked_name == "好再来餐馆"
    assert actions.open_party(party, by=room.by(), purpose="联系").representative == "钱老板"


def test_the_same_party_is_not_added_twice(room: Room) -> None:
    case = room.case()
    add(room, case)
    with pytest.raises(Refusal) as refusal:
        add(room, case)
    assert refusal.value.code == "already"
    assert add(room, case, side="respondent").position == 1
    assert add(room, case, name="李四").position == 2


def test_correcting_keeps_the_consent(room: Room) -> None:
    case = room.case()
    party, _other = room.both(case)
    draft = actions.PartyDraft(side="applicant", name="张建国", phone="13812345121")
    fresh = actions.correct_party(party, by=room.by(), party=draft)
    assert fresh.masked_name == "张*国"
    assert fresh.consent == "given"
    assert fresh.unseal("identity_sealed") == ""
    with pytest.raises(Refusal) as refusal:
        actions.correct_party(party, by=room.by(), party=actions.PartyDraft(side="respondent", name="张建国"))
    assert refusal.value.code == "other_side"


def test_removing_needs_a_reason_and_an_early_hour(room: Room) -> None:
    case = room.case()
    party, _other = room.both(case)
    with pytest.raises(Refusal):
        actions.remove_party(party, by=room.by(), reason="")
    extra = room.party(case, "other", "王五")
    actions.remove_party(extra, by=room.by(), reason="加错了人")
    assert case.parties.count() == 2
    actions.start_mediation(case, by=room.by())
    with pytest.raises(Refusal) as refusal:
        actions.remove_party(party, by=room.by(), reason="加错了人")
    assert refusal.value.code == "wrong_state"


def test_hostile_text_is_cleaned(room: Room) -> None:
    party = add(room, room.case(), name="张\x00三\u202e", address="第\x07一行\n第二行")
    assert party.unseal("name_sealed") == "张三"
    assert party.unseal("address_sealed") == "第一行\n第二行"
    with pytest.raises(Refusal) as refusal:
        add(room, party.case, name="李" * 200)
    assert refusal.value.code == "too_long"
