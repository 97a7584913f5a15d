"""train triage --from-desk: a model of what people decided here, compared with the one in use, not switched to."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fengqiao.lib.errors import Refusal


def offer(parser: argparse.ArgumentParser, otherwise: Callable[[argparse.Namespace], int]) -> None:
    """Add ``--from-desk``; without it a table is asked for and ``otherwise`` trains on that."""
    parser.add_argument("--from-desk", action="store_true", help="用本所定过类别的反映，不用表格")
    parser.add_argument("--run", type=UUID, help=argparse.SUPPRESS)
    parser.set_defaults(do=lambda args: do_from_desk(args) if args.from_desk else _table(args, otherwise))


def _table(args: argparse.Namespace, otherwise: Callable[[argparse.Namespace], int]) -> int:
    missing = [
        name
        for name, given in (
            ("表格", args.csv),
            ("--text", args.text),
            ("--label", args.label),
            ("--out", args.out),
        )
        if not given
    ]
    if missing:
        raise Refusal(f"还要写明：{'、'.join(missing)}；用本所定过的来训练，写 --from-desk")
    return otherwise(args)


def do_from_desk(args: argparse.Namespace) -> int:
    """Do the run that was asked for at the desk, or one of its own, and say what came of it."""
    from django.db import transaction

    from fengqiao.accounts.scope import SYSTEM
    from fengqiao.intake import model_training as training
    from fengqiao.intake.actions import models
    from fengqiao.intake.models import TrainingRun

    if args.run:
        run = TrainingRun.objects.filter(uid=args.run).first()
        if run is None:
            raise Refusal(f"没有这次训练：{args.run}")
    else:
        with transaction.atomic():
            run = models.start_training(by=SYSTEM, here=True)
    done = training.run_training(run, beat=True)
    if done.state != training.DONE:
        raise Refusal(done.trouble or "训练停下了，现在用的没有变")
    _tell(done, as_json=args.json)
    return 0


def _tell(done: Any, *, as_json: bool) -> None:
    model, compared = done.model, done.compared
    if as_json:
        told = {"version": model.version, "rows": model.rows, "metrics": model.metrics, "compared": compared}
        print(json.dumps({**told, "confirmed": done.confirmed, "held_back": done.held_back}))
        return
    print(
        f"模型 {model.version}：{model.rows} 行，其中本所定过的 {done.confirmed} 份；留出 {done.held_back} 份没有学"
    )
    if compared:
        print(
            f"留出的 {compared['tested']} 份：新的对 {compared['new_right']}，现在用的对 {compared['old_right']}"
        )
    else:
        print("留出的太少，还不能和现在用的比")
    print("收好了，没有换上。要换，请系统管理员在 设置 → 建议模型 里换")
