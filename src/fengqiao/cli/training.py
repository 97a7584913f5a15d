"""train: the category model from a table, the address parser from tagged addresses."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from fengqiao.cli import _addresses
from fengqiao.lib.errors import Refusal


def register(commands: Any) -> None:
    """Add the commands of this group."""
    kinds = commands.add_parser("train", help="训练").add_subparsers(
        dest="kind", metavar="种类", required=True
    )
    triage = kinds.add_parser("triage", help="训练分类模型")
    triage.add_argument("csv", type=Path)
    triage.add_argument("--text", required=True, help="文字所在的列")
    triage.add_argument("--label", required=True, help="类别所在的列")
    triage.add_argument("--out", type=Path, required=True, help="模型文件")
    triage.add_argument("--json", action="store_true")
    triage.set_defaults(do=do_train)
    _addresses.register_train(kinds)


def do_train(args: argparse.Namespace) -> int:
    """Train on a CSV, print the quality measured on a held-back fifth, write the model file."""
    from fengqiao.algorithms.training import TrainingError, train_csv

    if not args.csv.is_file():
        raise Refusal(f"没有这个文件：{args.csv}")

    def progress(step: str, share: float) -> None:
        print(f"{share:4.0%} {step}", file=sys.stderr, flush=True)

    try:
        model = train_csv(args.csv, text_col=args.text, label_col=args.label, progress=progress)
    except TrainingError as error:
        raise Refusal(str(error)) from error
    model.save(args.out)
    facts = model.model.facts
    metrics = facts.get("metrics") or {}
    if args.json:
        print(json.dumps({"version": facts["version"], "rows": facts["rows"], "metrics": metrics}))
        return 0
    print(f"模型 {facts['version']}：{facts['rows']} 行，{args.out.stat().st_size / 2**20:.1f} MB")
    if metrics:
        print(
            f"留出 {metrics['tested']} 行来量：准确率 {metrics['accuracy']:.3f}，宏 F1 {metrics['macro_f1']:.3f}，"
            f"前两名 {metrics['top2']:.3f}，校准误差 {metrics['calibration_error']:.3f}"
        )
    return 0
