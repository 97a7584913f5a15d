"""Two at once: one room, one running mediation, one set of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import connections

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.mediation import actions
from fengqiao.mediation.models import MediationCase, Session
from fengqiao.teams.models import Resource
from tests.cast import NOW, Cast, build_cast
from tests.mediation.conftest import Room, at


@pytest.fixture
def town(transactional_db: None) -> Iterator[Cast]:
    """The cast in a database where every transaction really commits."""
    with clock.at(NOW):
        yield build_cast()


@contextmanager
def _own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()


def together(*steps: Callable[[], object]) -> list[object]:
    """Run steps at the same moment in threads; what each returned or the Refusal it met."""
    gate = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        with _own_connection(), clock.at(NOW):
            gate.wait(timeout=20)
            try:
                return step()
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_two_planners_one_room(town: Cast) -> None:
    rooms = [Room(town, "mediator"), Room(town, "officer"), Room(town, "justice")]
    cases = [room.started() for room in rooms]
    hall = Resource.objects.create(kind="street_centre", name="1 室", area=town.areas["street"])
    found = together(
        *(
            lambda room=room, case=case: actions.plan_session(
                case, by=room.by(), planned_at=at(13, 14), room=hall
            )
            for room, case in zip(rooms, cases, strict=True)
        )
    )
    assert sorted(str(f) for f in found if isinstance(f, str)) == ["room_taken", "room_taken"]
    assert Session.objects.count() == 1


def test_two_openers_one_mediation(town: Cast) -> None:
    room = Room(town)
    matter = room.matter()
    steps = [lambda: room.case(matter, by=room.by("officer"))] * 3
    found = together(*steps)
    assert [f for f in found if isinstance(f, str)] == ["running", "running"]
    assert MediationCase.objects.count() == 1


def test_numbers_are_never_given_twice(town: Cast) -> None:
    room = Room(town)
    matters = [room.matter() for _ in range(4)]
    found = together(*(lambda m=m: room.case(m, by=room.by("officer")).number for m in matters))
    assert sorted(str(n) for n in found) == [f"〔2026〕锦澜人调字第{n}号" for n in (1, 2, 3, 4)]


def test_two_signers_one_set_of_promises(town: Cast) -> None:
    room = Room(town)
    case = room.started()
    draft = actions.draft_agreement(case, by=room.by(), form="written", facts="事实", terms=room.terms(case))
    sign = {"signed_by_all": True, "mediator_signed": True, "committee_sealed": True}
    found = together(*([lambda: actions.sign_agreement(draft, by=room.by(), **sign)] * 2))
    assert [f for f in found if isinstance(f, str)] == ["wrong_state"]
    assert case.matter.promises.filter(kind="term").count() == 2
