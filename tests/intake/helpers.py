"""What the tests of intake share: a short way to bring a report, stub engines, figures of the log."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.algorithms.danger import danger_floor
from fengqiao.algorithms.proposal import Proposal
from fengqiao.audit.models import Entry
from fengqiao.intake import engine
from fengqiao.intake.actions import receive_report
from fengqiao.intake.drafts import Receipt
from fengqiao.intake.models import Report

LEAK = "锦澜苑 3 栋 501 楼上漏水，天花板掉皮，两家说不拢"
FIRE = "春晓里 2 栋楼道着火了，有浓烟，有人困在里面"

_keys = itertools.count(1)


def fresh_key() -> str:
    return f"key-{next(_keys)}"


def bring(text: str = LEAK, *, by: Actor = RESIDENT, channel: str = "portal", **more: Any) -> Receipt:
    """A report brought through the portal unless told otherwise, under a fresh key."""
    more.setdefault("key", fresh_key())
    return receive_report(by=by, channel=channel, text=text, **more)


def report(text: str = LEAK, **more: Any) -> Report:
    return bring(text, **more).report


@dataclass
class StubClassifier:
    """A classifier that says what it is told to say."""

    answers: Sequence[Proposal] | Callable[[str], Sequence[Proposal]] = ()
    name: str = "stub"
    version: str = "1"
    asked: list[str] = field(default_factory=list)

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        self.asked.append(text)
        return list(self.answers(text) if callable(self.answers) else self.answers)


@dataclass
class StubPlaces:
    """A gazetteer that says what it is told to say."""

    answers: Sequence[Any] = ()

    def find(self, text: str, near: object = None) -> Sequence[Any]:
        return list(self.answers)


@contextmanager
def engine_with(
    classifier: Any = None, places: Any = None, floor: Callable[[str], Any] = danger_floor
) -> Iterator[engine.Engine]:
    """Run the block with stub parts in the engine."""
    stub = classifier or StubClassifier()
    finder = places or StubPlaces()
    with engine.using(engine.Engine(floor, lambda: stub, lambda: finder)) as inside:
        yield inside


def says(*pairs: tuple[str, float]) -> StubClassifier:
    """A classifier that always proposes these codes."""
    return StubClassifier([Proposal(code, sure, ("词",)) for code, sure in pairs])


def logged(verb: str) -> list[Entry]:
    return list(Entry.objects.filter(verb=verb).order_by("id"))
