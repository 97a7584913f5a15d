"""What holds for all tests: the cast, and in CI no skips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from hypothesis import settings

pytest_plugins = ["tests.cast", "tests.emptying", "tests.browser"]

LONG = {"machine", "durability"}
"""Folders whose files take long; so do those of stories in a browser."""
CI = os.environ.get("CI", "") not in {"", "0", "false"}
# No test is timed: a busy machine is no fault. In CI the same is tried each time, so that a red comes of a change.
settings.register_profile("untimed", deadline=None, derandomize=CI, print_blob=True)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _each_test_begins_in_chinese() -> Iterator[None]:
    """A page asked for in English leaves its language to the thread; the next test does not inherit it."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files of long tests first: with two at work, neither waits at the end for the other's long one."""
    long = {item.path for item in items if item.path.parent.name in LONG or item.get_closest_marker("story")}
    items.sort(key=lambda item: item.path not in long)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """In CI a skipped test is a failure: both databases, the browser and the data are there."""
    skipped = terminalreporter.stats.get("skipped", [])
    if CI and skipped:
        terminalreporter.section("skipped in CI")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn skips into a failing exit in CI."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if CI and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
