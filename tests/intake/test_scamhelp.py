"""The scam engine asked at a door: the words answer when the model fails, and nobody waits for what hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fengqiao.algorithms.scams import Verdict
from fengqiao.algorithms.training import train
from fengqiao.intake import deadline, scamhelp

PASTED = "快递丢失，请加理赔客服办三倍理赔"
NEW_TRICK = "积分第3次兑换礼包快来"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Nobody waits long in a test, and there is no model at first."""
    monkeypatch.setattr(deadline, "LIMIT", 1.0)
    settings.SCAM_MODEL_FILE = tmp_path / "scams.model"
    deadline.forget()
    yield settings.SCAM_MODEL_FILE
    deadline.forget()


class Model:
    """A model that does what it is told."""

    name, version = "told", "1"

    def __init__(self, act: Any) -> None:
        self.act = act

    def propose(self, text: str, *, k: int = 3) -> list[Any]:
        """Proposals, if it gets so far."""
        return list(self.act(text) or ())


def throws(text: str) -> None:
    raise MemoryError(text)


def with_model(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    monkeypatch.setattr(scamhelp, "station_model", lambda: Model(act))


def test_words_answer_without_a_model() -> None:
    found = scamhelp.ask(PASTED)
    assert found is not None
    assert (found.verdict, found.kind and found.kind.code) == (Verdict.FRAUD, "FR4")


def test_a_model_of_the_station_is_used_once_it_is_there(soon: Path) -> None:
    assert scamhelp.station_model() is None
    texts = [f"积分第{n}次兑换礼包快来" for n in range(40)] + [f"第{n}户明天停水" for n in range(40)]
    train(texts, ["FR12"] * 40 + ["OT"] * 40).save(soon)
    found = scamhelp.ask(NEW_TRICK)
    assert found is not None
    assert "+" in found.version


def test_a_bad_file_is_left_out(soon: Path, caplog: pytest.LogCaptureFixture) -> None:
    soon.write_bytes(b"no model")
    assert scamhelp.station_model() is None
    assert "scam model left out" in caplog.text
    assert scamhelp.ask(PASTED) is not None


def test_a_model_that_hangs_is_left_behind_and_the_words_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    event = threading.Event()
    with_model(monkeypatch, lambda text: event.wait(30))
    try:
        for most in (1.9, 0.5):  # the second does not even wait
            began = time.monotonic()
            found = scamhelp.ask(PASTED)
            assert found is not None
            assert found.verdict == Verdict.FRAUD
            assert time.monotonic() - began < most
    finally:
        event.set()


def test_a_model_that_throws_costs_a_line_without_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with_model(monkeypatch, throws)
    found = scamhelp.ask(PASTED)
    assert found is not None
    assert found.verdict == Verdict.FRAUD
    assert "MemoryError" in caplog.text
    assert "快递" not in caplog.text


def test_where_everything_fails_there_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str, model: Any = None) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr(scamhelp, "read_message", broken)
    assert scamhelp.ask(PASTED) is None
    assert caplog.text.count("RuntimeError at ") == 2
    assert "快递" not in caplog.text
    scamhelp.warm()
