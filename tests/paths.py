"""Where the reference data lies for tests and benchmarks; it is never part of the project."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _find() -> Path | None:
    named = os.environ.get("FENGQIAO_TEST_DATA")
    places = [Path(named)] if named else [ROOT.parent / "shared" / "data"]
    return next((p for p in places if p.is_dir()), None)


DATA: Path | None = _find()
