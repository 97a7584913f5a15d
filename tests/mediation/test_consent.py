"""Rights told and consent asked: without everybody's free will nothing begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase, Party
from tests.cast import NOW
from tests.mediation.conftest import Room


def test_consent_says_how_and_when(room: Room) -> None:
    case = room.case()
    party = room.party(case)
    fresh = actions.record_consent(
        party, by=room.by(), given=True, how="电话", at=NOW - timedelta(hours=2), rights_told=True
    )
    assert (fresh.consent, fresh.consent_how) == ("given", "电话")
    assert fresh.consent_at == fresh.rights_told_at == NOW - timedelta(hours=2)


@pytest.mark.parametrize("how", ["", "   "])
def test_how_it_was_said_is_asked(room: Room, how: str) -> None:
    party = room.party(room.case())
    with pytest.raises(Refusal) as refusal:
        actions.record_consent(party, by=room.by(), given=True, how=how)
    assert refusal.value.field == "how"
    assert Party.objects.get(pk=party.pk).consent == "asked"


def test_no_consent_from_the_future_or_long_ago(room: Room) -> None:
    party = room.party(room.case())
    for at, code in ((NOW + timedelta(hours=1), "future"), (NOW - timedelta(days=30), "too_early")):
        with pytest.raises(Refusal) as refusal:
            actions.record_consent(party, by=room.by(), given=True, how="当面", at=at)
        assert refusal.value.code == code


def test_one_clear_refusal_ends_the_mediation(room: Room) -> None:
    """Where one party clearly refuses, there is no mediation (art. 17); the other routes are told (art. 26)."""
    case = room.case()
    _first, second = room.both(case)
    with pytest.raises(Refusal) as refusal:
        actions.record_consent(second, by=room.by(), given=False, how="电话")
    assert refusal.value.field == "routes_told"
    assert MediationCase.objects.get(pk=case.pk).state == "checking"
    actions.record_consent(
        second, by=room.by(), given=False, how="电话", routes_told="可以向法院起诉，或请街道调解"
    )
    ended = MediationCase.objects.get(pk=case.pk)
    assert (ended.state, ended.outcome) == ("ended", "party_refused")
    assert "刘*" in ended.ended_why
    assert Matter.objects.get(pk=case.matter_id).next_step == "按其他途径办理，防止激化"
    with pytest.raises(Refusal) as refusal:
        actions.record_consent(second, by=room.by(), given=True, how="又想调了")
    assert refusal.value.code == "wrong_state"


def test_a_party_may_stop_at_any_time(room: Room) -> None:
    """Parties may refuse or stop a mediation that has begun (art. 23); planned sittings free their room."""
    case = room.started()
    session = room.session(case)
    party = case.parties.get(side="applicant")
    actions.record_consent(party, by=room.by(), given=False, how="当面", routes_told="法院")
    session.refresh_from_db()
    assert session.cancelled_at is not None
    assert MediationCase.objects.get(pk=case.pk).outcome == "party_refused"


def test_rights_are_told_to_all_or_to_some(room: Room) -> None:
    case = room.case()
    first, second = room.party(case), room.party(case, "respondent", "刘芳")
    actions.tell_rights(case, by=room.by(), parties=[first])
    assert Party.objects.get(pk=second.pk).rights_told_at is None
    actions.tell_rights(case, by=room.by())
    assert Party.objects.get(pk=second.pk).rights_told_at == NOW
    with pytest.raises(Refusal) as refusal:
        actions.tell_rights(case, by=room.by())
    assert refusal.value.code == "nobody"


def test_start_needs_two_sides_consent_and_rights(room: Room) -> None:
    """Mediation rests on free will and equality (art. 3)."""
    case = room.case()
    with pytest.raises(Refusal) as refusal:
        actions.start_mediation(case, by=room.by())
    assert refusal.value.code == "one_side"
    first, second = room.party(case), room.party(case, "respondent", "刘芳")
    with pytest.raises(Refusal) as refusal:
        actions.start_mediation(case, by=room.by())
    assert refusal.value.code == "no_consent"
    assert "张*华" in refusal.value.message
    for party in (first, second):
        actions.record_consent(party, by=room.by(), given=True, how="当面")
    with pytest.raises(Refusal) as refusal:
        actions.start_mediation(case, by=room.by())
    assert refusal.value.code == "rights_not_told"
    actions.tell_rights(case, by=room.by())
    started = actions.start_mediation(case, by=room.by())
    assert started.state == "open"
    with pytest.raises(Refusal) as refusal:
        actions.start_mediation(case, by=room.by())
    assert refusal.value.code == "wrong_state"


def test_two_of_one_side_are_not_two_sides(room: Room) -> None:
    case = room.case()
    for name in ("张建华", "张建国"):
        party = room.party(case, "applicant", name)
        actions.record_consent(party, by=room.by(), given=True, how="当面", rights_told=True)
    with pytest.raises(Refusal) as refusal:
        actions.start_mediation(case, by=room.by())
    assert refusal.value.code == "one_side"
