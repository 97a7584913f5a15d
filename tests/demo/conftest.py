"""The townships the demo's tests share; built once, never changed."""

from __future__ import annotations

import pytest

from fengqiao.demo.model import Township
from fengqiao.demo.township import build_township


@pytest.fixture(scope="session")
def demo_town() -> Township:
    """The ordinary town of seed 1."""
    return build_township(1)


@pytest.fixture(scope="session")
def demo_hamlet() -> Township:
    """The smallest township of seed 1."""
    return build_township(1, "hamlet")
