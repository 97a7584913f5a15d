"""A part of the engine that hangs or throws: the report comes in, the inbox shows it, its proposal is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from fengqiao.accounts.scope import RESIDENT
from fengqiao.algorithms.danger import NO_FLOOR
from fengqiao.algorithms.proposal import Proposal
from fengqiao.intake import deadline, engine
from fengqiao.intake.actions import accept_report, receive_report
from fengqiao.intake.choices import SuggestionField
from fengqiao.intake.models import Report
from tests.cast import Cast

SAID = "锦澜苑 3 栋楼上漏水，天花板掉皮"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits long in a test; the parts that do not hang answer at once."""
    monkeypatch.setattr(deadline, "LIMIT", 1.0)
    deadline.forget()
    yield
    deadline.forget()


class Part:
    """A classifier and a place finder that does what it is told."""

    name, version = "part", "1"

    def __init__(self, act: Any) -> None:
        self.act, self.asked = act, 0

    def propose(self, text: str, *, k: int = 3) -> list[Any]:
        """Proposals, if it gets so far."""
        self.asked += 1
        return list(self.act() or ())

    def find(self, text: str, near: Any = None) -> list[Any]:
        """Places, if it gets so far."""
        return self.propose(text)


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    """What the hanging parts wait for."""
    event = threading.Event()
    yield event
    event.set()


def throws() -> None:
    raise ValueError("quotes the reporter")


def receive(cast: Cast, key: str = "k") -> Report:
    return receive_report(by=RESIDENT, channel="portal", text=SAID, key=key, area=cast.areas["grid1"]).report


def engine_with(part: Part, which: str) -> engine.Engine:
    sure, nowhere = Part(lambda: [Proposal("NB2", 0.9, ())]), Part(list)
    quick = engine.Engine(floor=lambda _text: NO_FLOOR, classifier=lambda: sure, places=lambda: nowhere)
    changes: dict[str, Any] = {
        "category": {"classifier": lambda: part},
        "place": {"places": lambda: part},
        "floor": {"floor": lambda _text: part.act()},
    }
    return replace(quick, **changes[which])


@pytest.mark.parametrize("how", ["throws", "hangs"])
@pytest.mark.parametrize("which", ["category", "place"])
def test_the_inbox_shows_the_report_without_that_proposal(
    cast: Cast, let_go: threading.Event, which: str, how: str
) -> None:
    part = Part(throws if how == "throws" else let_go.wait)
    with engine.using(engine_with(part, which)):
        report = receive(cast)
    assert part.asked == 1
    assert not report.suggestions.filter(field=which).exists()
    assert report.owner is not None
    client = Client()
    client.force_login(cast.people["duty"], backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/desk/inbox/{report.pk}/").content.decode()
    assert "天花板掉皮" in text
    if which == "category":
        assert "系统没有建议，请选一类" in text
        assert accept_report(report, by=cast.actor("duty"), category="NB2").owner is not None
    else:
        assert report.suggestions.filter(field=SuggestionField.CATEGORY).exists()


def test_danger_that_could_not_be_looked_for_is_looked_at_soon(cast: Cast, let_go: threading.Event) -> None:
    with engine.using(engine_with(Part(let_go.wait), "floor")):
        assert receive(cast).severity == 2


def test_what_hung_is_not_asked_for_a_while_and_then_again(
    cast: Cast, let_go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part(let_go.wait)
    with engine.using(engine_with(part, "category")):
        for n in range(5):
            receive(cast, f"k{n}")
        assert part.asked == 1
        let_go.set()  # it came back by itself
        deadline._hung["category"][1].wait(5)
        part.act = lambda: ()
        receive(cast, "again")
        assert part.asked == 2


def test_an_answer_and_an_exception_come_through() -> None:
    assert deadline.within("x", lambda: 7) == 7
    with pytest.raises(ValueError, match="quotes"):
        deadline.within("x", throws)


def test_threads_are_kept_for_the_next_question() -> None:
    """Twenty questions one after the other need one thread at most."""
    before = threading.active_count()
    for _ in range(20):
        assert deadline.within("x", threading.get_ident) != threading.get_ident()
    assert threading.active_count() <= before + 1
