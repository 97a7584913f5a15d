"""Not taking a mediation: the reason and the other routes stand in the record."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase
from fengqiao.mediation.rules import Answers
from tests.cast import Cast
from tests.mediation.conftest import Room


def refuse(room: Room, cast: Cast, matter: Matter, **more: object) -> MediationCase:
    given = {
        "start": "party",
        "facts": "一方被打成轻伤，另一方要求调解",
        "answers": Answers(crime=True),
        "routes_told": "已告知报警和起诉",
    }
    return actions.refuse_case(
        matter, by=room.by("officer"), mediator=cast.people["mediator"], **{**given, **more}
    )


def test_not_taken_with_reason_and_routes(room: Room, cast: Cast) -> None:
    matter = room.matter()
    case = refuse(room, cast, matter)
    assert (case.state, case.outcome, case.suitable) == ("ended", "not_taken", False)
    assert case.ended_why == "涉嫌犯罪的不调解，由公安机关办理"
    assert case.routes_told == "已告知报警和起诉"
    assert Matter.objects.get(pk=matter.pk).next_step == "按其他途径办理"
    assert room.case(matter).state == "checking"  # a later, suitable one is not in the way


def test_what_may_be_mediated_is_not_refused(room: Room, cast: Cast) -> None:
    with pytest.raises(Refusal) as refusal:
        refuse(room, cast, room.matter(), answers=Answers())
    assert refusal.value.code == "suitable"


def test_the_routes_must_be_told(room: Room, cast: Cast) -> None:
    """Whoever is not helped here is told where else to turn (art. 26, and article 3: no route is blocked)."""
    with pytest.raises(Refusal) as refusal:
        refuse(room, cast, room.matter(), routes_told=" ")
    assert refusal.value.field == "routes_told"
    assert not MediationCase.objects.exists()


def test_the_database_refuses_an_untold_end_too(room: Room, cast: Cast) -> None:
    case = refuse(room, cast, room.matter())
    for outcome in ("failed", "party_refused", "not_taken", "to_other_route"):
        with pytest.raises(IntegrityError), transaction.atomic():
            MediationCase.objects.filter(pk=case.pk).update(outcome=outcome, routes_told="")
    with pytest.raises(IntegrityError), transaction.atomic():
        MediationCase.objects.filter(pk=case.pk).update(outcome="")
