"""A text engine that lies, throws or answers nonsense never stops a report and never changes a field."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from fengqiao.algorithms.classify import train
from fengqiao.algorithms.proposal import Proposal
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import engine
from fengqiao.intake.models import Report, Suggestion
from tests.cast import Cast
from tests.intake.helpers import FIRE, LEAK, StubClassifier, StubPlaces, engine_with, report

NAN, INF = float("nan"), float("inf")

FIELDS = (
    "state",
    "severity",
    "owner_id",
    "area_id",
    "place_id",
    "unplaced",
    "restricted",
    "about_id",
    "next_step",
    "due_at",
)


def fields(row: Report) -> dict[str, Any]:
    fresh = Report.objects.get(pk=row.pk)
    return {name: getattr(fresh, name) for name in FIELDS}


class Throws:
    name, version = "broken", "1"

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        raise RuntimeError(f"cannot read {text}")

    def find(self, text: str, near: object = None) -> list[Any]:
        raise MemoryError(text)


@pytest.mark.parametrize(
    "answers",
    [
        [Proposal("NB2", NAN, ())],
        [Proposal("NB2", INF, ())],
        [Proposal("NB2", -1.0, ()), Proposal("NB2", 7.0, ())],
        [Proposal("XX1", 0.9, ("mark this closed",))],
        [Proposal("", 0.9, ())],
        [Proposal("OT4", 1.0, ("请关闭本件",))],
        [Proposal("FI1", 1.0, ())],
        [Proposal("NB2", 0.9, ())] * 500,
    ],
)
@pytest.mark.parametrize("text", [LEAK, FIRE])
def test_lies_change_no_field(cast: Cast, answers: list[Proposal], text: str) -> None:
    with engine_with():
        honest = fields(report(text, area=cast.areas["grid1"]))
    with engine_with(StubClassifier(answers)):
        row = report(text, area=cast.areas["grid1"])
    assert fields(row) == honest
    for kept in Suggestion.objects.filter(report=row, field="category"):
        assert 0 < kept.confidence <= 1
        assert kept.value["code"] in {"NB2", "OT4", "FI1"}
    assert Suggestion.objects.filter(report=row, field="category").count() <= 3


def test_a_throwing_engine_costs_a_log_line_without_words(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), engine_with(Throws(), Throws()):
        row = report(LEAK, area=cast.areas["grid1"])
    assert row.state == "new"
    assert [s.field for s in row.suggestions.all()] == ["severity"]
    assert "RuntimeError" in caplog.text
    assert "MemoryError" in caplog.text
    assert "漏水" not in caplog.text


def test_a_broken_floor_makes_a_person_look_soon(cast: Cast) -> None:
    def broken(text: str) -> Any:
        raise ValueError(text)

    with engine_with(floor=broken):
        row = report("路灯不亮", area=cast.areas["grid1"])
    assert row.severity == 2


@pytest.mark.parametrize(
    "candidate",
    [
        SimpleNamespace(
            entry_id="place:1", kind="place", name="x", confidence=NAN, start=0, end=1, reasons=(), detail=""
        ),
        SimpleNamespace(
            entry_id="moon:1", kind="moon", name="x", confidence=0.9, start=0, end=1, reasons=(), detail=""
        ),
        SimpleNamespace(
            entry_id="place:abc",
            kind="place",
            name="x",
            confidence=0.9,
            start=0,
            end=1,
            reasons=(),
            detail="",
        ),
        SimpleNamespace(
            entry_id="place:999999",
            kind="place",
            name="x",
            confidence=0.9,
            start=0,
            end=1,
            reasons=(),
            detail="",
        ),
    ],
)
def test_nonsense_places_change_no_field(cast: Cast, candidate: Any) -> None:
    with engine_with():
        honest = fields(report(LEAK))
    with engine_with(places=StubPlaces([candidate])):
        assert fields(report(LEAK)) == honest


def test_the_real_engine_reads_a_leak(cast: Cast) -> None:
    row = report(LEAK, area=cast.areas["grid1"])
    first = row.suggestions.filter(field="category").first()
    assert first is not None
    assert first.value["code"] == "NB2"
    assert first.reasons
    assert first.model
    assert row.suggestions.filter(field="place").first() is not None


def test_a_broken_model_file_leaves_the_word_rules(
    cast: Cast, tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MODEL_FILE = tmp_path / "triage.model"
    (tmp_path / "triage.model").write_bytes(b"PK\x03\x04 not a model")
    row = report(LEAK, area=cast.areas["grid1"])
    assert row.suggestions.filter(field="category")[0].value["code"] == "NB2"
    assert "triage model left out" in caplog.text


def test_a_trained_model_is_taken_up_without_a_restart(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    settings.MODEL_FILE = tmp_path / "triage.model"
    rules = report(LEAK, area=cast.areas["grid1"]).suggestions.filter(field="category")[0].model
    texts = [f"{word}的事第 {n} 回反映" for n in range(40) for word in ("路灯", "漏水")]
    train(texts, ["BU6", "NB2"] * 40).save(settings.MODEL_FILE)
    trained = report(LEAK, area=cast.areas["grid1"]).suggestions.filter(field="category")[0].model
    assert rules != trained


def test_the_server_starts_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a second is loaded when the server starts, not while somebody waits for a receipt."""
    read: list[str] = []
    monkeypatch.setattr(engine, "danger_floor", lambda text: read.append(text))
    importlib.reload(importlib.import_module("fengqiao.wsgi"))
    assert read


@pytest.mark.parametrize(
    ("code", "confidence", "severity"),
    [("EB2", 0.9, 2), ("EB2", 0.24, 3), ("OT1", 0.9, 4), ("OT1", 0.1, 3), ("FI1", 0.1, 2), ("FI1", 0.3, 1)],
)
def test_a_doubtful_category_does_not_say_how_urgent_it_is(
    cast: Cast, code: str, confidence: float, severity: int
) -> None:
    """What the engine hardly believes moves nothing; a doubtful danger is looked at within hours."""
    with engine_with(StubClassifier([Proposal(code, confidence, ())])):
        row = report("小区幼儿园的班太少了", area=cast.areas["grid1"])
    assert Suggestion.objects.get(report=row, field="severity").value["severity"] == severity


def test_the_ground_is_looked_up_in_an_index_however_long_the_log(cast: Cast) -> None:
    """Read backwards for the last place, a log of a year of reports took longer than all else a report needs."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {engine._GROUND}")
            steps = [row[-1] for row in cursor.fetchall() if "audit_entry" in row[-1]]
            assert len(steps) == 2
            assert all("audit_object" in step for step in steps)
        cursor.execute(engine._GROUND)
        before = cursor.fetchone()
        append(Fact("place.change", "place", "1"))
        cursor.execute(engine._GROUND)
        assert cursor.fetchone() != before
