"""All benchmarks, one after the other: ``python -m benchmarks --size quick|full``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "pointindex",
    "triage",
    "scams",
    "danger",
    "places",
    "villages",
    "similarity",
    "sameevents",
    "topics",
    "hotspots",
    "redact",
    "comparison",
    "nearest",
    "serving",
)
SIZED = {"serving", "topics", "sameevents", "hotspots", "comparison", "nearest"}


def main() -> int:
    """Run each in a process of its own; the exit code is 0 when every goal was met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=["quick", "full"], default="quick")
    args = parser.parse_args()
    worst = 0
    for name in SCRIPTS:
        print(f"== {name}", flush=True)
        more = ["--size", args.size] if name in SIZED else []
        root = Path(__file__).resolve().parent.parent
        worst = max(
            worst, subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *more], cwd=root).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
