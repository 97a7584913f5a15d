"""Where tests run: their own data folder, a file database, and in CI no skips."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import pytest

# Never the data of a running installation, whatever the environment says.
os.environ["FENGQIAO_DATA_DIR"] = tempfile.mkdtemp(prefix="fengqiao-test-")
os.environ.pop("FENGQIAO_KEY_FILE", None)
os.environ.pop("FENGQIAO_PLACE", None)
os.environ["FENGQIAO_TEST"] = "1"
os.environ.setdefault("FENGQIAO_SQLITE_SYNCHRONOUS", "OFF")  # tests of durability set their own
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser driver runs an event loop

pytest_plugins = ["tests.cast", "tests.append_only"]

CI = os.environ.get("CI", "") not in {"", "0", "false"}


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
