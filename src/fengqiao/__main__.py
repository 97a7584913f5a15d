"""The command ``fengqiao``."""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what was asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.settings")
    from fengqiao.cli import run  # settings must be named before Django is touched

    return run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    raise SystemExit(main())
