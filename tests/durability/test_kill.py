"""kill -9 under eight writers: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.house import House

WRITERS = 8
LOOK = """
import json
from fengqiao.intake.models import Report
print(json.dumps([[r.idempotency_key.split(":")[-1], r.code] for r in Report.objects.all()]))
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation on the embedded database with synchronous FULL."""
    found = House(tmp_path / "data")
    found.folder.mkdir()
    found.prepare()
    yield found
    found.kill()


class Writer(threading.Thread):
    """Sends reports as fast as it can; a report without an answer is sent again with the same key."""

    def __init__(self, house: House, name: str, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.house, self.stop = house, stop
        self.acknowledged: dict[str, str] = {}
        self.doubled: list[str] = []

    def run(self) -> None:
        n = 0
        while not self.stop.is_set():
            key = f"{self.name}-{n:06d}"
            try:
                code = self.house.report(key)
            except OSError:
                time.sleep(0.02)
                continue
            if code is None:
                continue
            self.acknowledged[key] = code
            n += 1


def run_cycles(house: House, kills: int) -> dict[str, str]:
    """Start, let eight write, kill; ``kills`` times. Returns all acknowledgements by key."""
    stop = threading.Event()
    house.start()
    writers = [Writer(house, f"w{n}", stop) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for n in range(kills):
        time.sleep(0.4 + 0.13 * (n % 7))
        house.kill()
        house.start()
    time.sleep(0.5)
    stop.set()
    for writer in writers:
        writer.join(timeout=30)
    return {key: code for writer in writers for key, code in writer.acknowledged.items()}


def check(house: House, acknowledged: dict[str, str]) -> None:
    """Every acknowledged key is stored once, under the code that was given."""
    rows = [(key, code) for key, code in json.loads(house.script(LOOK))]
    by_code = {code: key for key, code in rows}
    assert len(acknowledged) > WRITERS
    lost = {key: code for key, code in acknowledged.items() if code not in by_code}
    assert not lost
    assert len(by_code) == len(rows)
    assert len({key for key, _ in rows}) == len(rows)
    assert "通过" in house.script(CHECK)


CHECK = """
from fengqiao.cli._invariants import broken
print("通过" if not broken() else broken())
"""


def test_three_kills(house: House) -> None:
    """The quick cut."""
    check(house, run_cycles(house, 3))


@pytest.mark.full
def test_fifty_kills(house: House) -> None:
    """The long run."""
    check(house, run_cycles(house, 50))
