"""Opening what is sealed: a purpose, an entry, and only who handles a restricted matter."""

from __future__ import annotations

import pytest

from fengqiao.audit.models import Entry
from fengqiao.audit.queries import reads_of
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase, Party
from tests.cast import Cast
from tests.mediation.conftest import WANG_ID, Room


def test_each_opening_is_logged_with_its_purpose(room: Room) -> None:
    party = room.party(room.case(), phone="13812345120", identity=WANG_ID)
    card = actions.open_party(party, by=room.by(), purpose="约调解时间")
    assert (card.name, card.phone) == ("张建华", "13812345120")
    assert WANG_ID not in str(card)
    actions.open_party(party, by=room.by("officer"), purpose="回访")
    reads = reads_of("party", str(party.pk))
    assert [r.data["purpose"] for r in reads] == ["回访", "约调解时间"]
    assert reads[0].actor_id == room.cast.people["officer"].pk


def test_no_purpose_no_opening(room: Room) -> None:
    party = room.party(room.case())
    with pytest.raises(Refusal) as refusal:
        actions.open_party(party, by=room.by(), purpose=" ")
    assert refusal.value.field == "purpose"
    assert not Entry.objects.filter(verb="contact.read").exists()


def test_a_restricted_case_is_closed_to_the_area(room: Room, cast: Cast) -> None:
    """FA8 and other restricted codes: need-to-know only."""
    case = room.case(room.matter(code="FA8"))
    party = room.party(case)
    assert case.matter.restricted
    for name in ("grid_worker", "street_staff", "auxiliary"):  # they see the area's other matters
        assert not MediationCase.objects.visible_to(room.by(name).scope).exists()
        with pytest.raises(OutOfReach):
            actions.open_party(party, by=room.by(name), purpose="看看")
    for name in ("duty", "head"):  # they hold the right to restricted matters, but do not handle this one
        assert MediationCase.objects.visible_to(room.by(name).scope).filter(pk=case.pk).exists()
        with pytest.raises(NotAllowed):
            actions.open_party(party, by=room.by(name), purpose="看看")
    for name in ("mediator", "officer"):
        assert actions.open_party(party, by=room.by(name), purpose="约时间").name == "张建华"


def test_papers_of_a_restricted_case_are_for_who_handles_it(room: Room) -> None:
    case = room.case(room.matter(code="FA8"))
    room.both(case)
    paper = actions.make_document(case, by=room.by(), kind="rights")
    with pytest.raises(NotAllowed):
        actions.read_document(paper, by=room.by("duty"), purpose="看看")
    assert actions.read_document(paper, by=room.by("officer"), purpose="核对").content


def test_swapped_ciphertext_does_not_open(room: Room) -> None:
    case = room.case()
    first, second = room.party(case), room.party(case, "respondent", "刘芳")
    Party.objects.filter(pk=first.pk).update(name_sealed=second.name_sealed)
    with pytest.raises(Refusal) as refusal:
        actions.open_party(first, by=room.by(), purpose="核对")
    assert refusal.value.code == "tampered"
