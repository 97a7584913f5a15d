"""What tests of the shared parts have in common."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery, rendered by its own command with its own small settings."""
    out = tmp_path_factory.mktemp("gallery")
    subprocess.run(
        [sys.executable, str(ROOT / "tools" / "gallery.py"), str(out)], check=True, capture_output=True
    )
    return out
