"""The command line: one file a command group. Commands call the same actions as the other doors."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

GROUPS = tuple(sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_")))
"""Each module registers its commands with ``register(commands)``."""


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command of every group."""
    parser = argparse.ArgumentParser(prog="fengqiao", description="枫桥：基层共治软件的命令")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name in GROUPS:
        importlib.import_module(f"fengqiao.cli.{name}").register(commands)
    return parser


def run(argv: Sequence[str]) -> int:
    """Parse and run one command; refusals are printed in words and end with 1, wrong usage with 2."""
    import django

    django.setup()
    from django.db import OperationalError, ProgrammingError

    from fengqiao.lib.crypto import KeyFileError  # tables may be touched only after setup
    from fengqiao.lib.errors import Refusal

    args = build_parser().parse_args(list(argv))
    try:
        return int(args.do(args) or 0)
    except Refusal as refusal:
        print(f"没有做成：{refusal.message}", file=sys.stderr)
        return 1
    except (KeyFileError, FileNotFoundError, PermissionError) as error:
        print(f"没有做成：{error}", file=sys.stderr)
        return 1
    except (OperationalError, ProgrammingError) as error:
        print(f"没有做成：数据库还没有建好或连不上，请先运行 fengqiao migrate（{error}）", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止", file=sys.stderr)
        return 130
