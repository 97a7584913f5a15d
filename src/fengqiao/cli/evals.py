"""eval: engines measured against what somebody said is right."""

from __future__ import annotations

from typing import Any

from fengqiao.cli import _addresses


def register(commands: Any) -> None:
    """Add the commands of this group."""
    kinds = commands.add_parser("eval", help="量一量算法").add_subparsers(
        dest="kind", metavar="种类", required=True
    )
    _addresses.register_eval(kinds)
