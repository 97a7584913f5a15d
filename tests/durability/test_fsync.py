"""An answer follows the disk: fdatasync is seen before each acknowledgement, and its absence is noticed."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from tests.durability.house import House

REPORTS = 12
strace = shutil.which("strace")
pytestmark = pytest.mark.skipif(strace is None, reason="strace is not installed")

ANSWER = re.compile(r"(write|writev|send|sendto|sendmsg)\(.*HTTP/1\.1 20[01]")
SYNC = re.compile(r"\b(fdatasync|fsync)\(")


def trace(tmp_path: Path, synchronous: str) -> list[str]:
    """Send reports one after the other to a traced server; the system calls that matter, in order."""
    house = House(tmp_path / "data", synchronous)
    house.folder.mkdir()
    house.prepare()
    log = tmp_path / "trace"
    calls = "trace=fdatasync,fsync,write,writev,sendto,sendmsg"
    wrapper = (str(strace), "-f", "-qq", "-s", "64", "-e", calls, "-o", str(log))
    house.start(wrapper, workers=1)
    try:
        before = len(log.read_text(errors="replace").splitlines())
        for n in range(REPORTS):
            assert house.report(f"sync-{n}")
        time.sleep(0.3)
    finally:
        house.kill()
    return log.read_text(errors="replace").splitlines()[before:]


def answers_without_sync(lines: list[str]) -> tuple[int, int]:
    """How many acknowledgements there were, and how many had no sync since the one before."""
    synced, answers, bare = False, 0, 0
    for line in lines:
        if SYNC.search(line):
            synced = True
        elif ANSWER.search(line):
            answers += 1
            bare += not synced
            synced = False
    return answers, bare


def test_each_answer_follows_a_sync(tmp_path: Path) -> None:
    """synchronous=FULL: no acknowledgement without its own fdatasync."""
    answers, bare = answers_without_sync(trace(tmp_path, "FULL"))
    assert answers >= REPORTS
    assert bare == 0


@pytest.mark.thorough
def test_the_check_notices_when_nothing_is_synced(tmp_path: Path) -> None:
    """synchronous=OFF: the same look finds acknowledgements without a sync, so the test above can fail."""
    answers, bare = answers_without_sync(trace(tmp_path, "OFF"))
    assert answers >= REPORTS
    assert bare >= REPORTS // 2
