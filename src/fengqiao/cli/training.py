"""train and eval: models from a table of the station's own, and how good a model is on another."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fengqiao.cli import _addresses, _desk_training, _hotspots, _same_event
from fengqiao.lib.errors import Refusal

if TYPE_CHECKING:
    from fengqiao.algorithms.evaluation import Evaluation
    from fengqiao.algorithms.linear import LinearClassifier

T = TypeVar("T")
KINDS = {"triage": "分类", "scams": "涉诈短信"}
SHOWN = 25
"""Labels told one by one; of more, only the worst."""


def register(commands: Any) -> None:
    """Add the commands of this group."""
    trained = commands.add_parser("train", help="训练模型").add_subparsers(
        dest="kind", metavar="种类", required=True
    )
    measured = commands.add_parser("eval", help="衡量模型").add_subparsers(
        dest="kind", metavar="种类", required=True
    )
    for kind, what in KINDS.items():
        train = trained.add_parser(kind, help=f"训练{what}模型")
        from_desk = kind == "triage"
        _table(train, needed=not from_desk)
        train.add_argument("--out", type=Path, required=not from_desk, help="模型文件")
        train.add_argument("--report", type=Path, help="另存一页报告（HTML），含学习曲线")
        train.set_defaults(do=do_train)
        if from_desk:
            _desk_training.offer(train, do_train)
        evaluate = measured.add_parser(kind, help=f"用有类别的表格衡量{what}模型")
        _table(evaluate)
        evaluate.add_argument("--model", type=Path, required=True, help="模型文件")
        evaluate.add_argument("--report", type=Path, help="另存一页报告（HTML），含混淆表和校准图")
        if kind == "scams":
            evaluate.add_argument("--fraud-prefix", default="", help="以此开头的类别算诈骗，另算一个 F1")
        evaluate.set_defaults(do=do_eval)
    _addresses.register_train(trained)
    _addresses.register_eval(measured)
    _same_event.register_eval(measured)
    _hotspots.register_eval(measured)


def _table(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument("csv", type=Path, nargs=None if needed else "?")
    parser.add_argument("--text", required=needed, help="文字所在的列")
    parser.add_argument("--label", required=needed, help="类别所在的列")
    parser.add_argument("--json", action="store_true")


def do_train(args: argparse.Namespace) -> int:
    """Train on a CSV, print the quality measured on a held-back fifth, write the model file."""
    from fengqiao.algorithms.evalreport import training_report
    from fengqiao.algorithms.training import learning_curve, train_csv

    def progress(step: str, share: float) -> None:
        print(f"{share:4.0%} {step}", file=sys.stderr, flush=True)

    model = _said(
        lambda: train_csv(_file(args.csv), text_col=args.text, label_col=args.label, progress=progress)
    )
    _said(lambda: model.save(args.out))
    facts = model.facts
    if args.report:
        curve = _said(lambda: learning_curve(args.csv, text_col=args.text, label_col=args.label))
        _write(args.report, training_report(facts, model.labels, curve))
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


def do_eval(args: argparse.Namespace) -> int:
    """Let a model read a CSV whose labels are known, and print how good it was."""
    from fengqiao.algorithms.evalreport import evaluation_report
    from fengqiao.algorithms.evaluation import evaluate
    from fengqiao.algorithms.labelledrows import read_labelled, trained_on
    from fengqiao.algorithms.linear import LinearClassifier

    model = _said(lambda: LinearClassifier.load(args.model))
    texts, labels, empty = _said(lambda: read_labelled(_file(args.csv), args.text, args.label))
    prefix = getattr(args, "fraud_prefix", "")
    found = _said(lambda: evaluate(model, texts, labels, fraud_prefix=prefix))
    seen = trained_on(model.facts, texts, labels)
    if args.report:
        _write(args.report, evaluation_report(found, version=model.version, seen=seen))
    if args.json:
        print(json.dumps({**found.summary(), "model": model.version, "left_out": empty, "trained_on": seen}))
        return 0
    _tell(found, model, empty, seen)
    return 0


def _tell(found: Evaluation, model: LinearClassifier, empty: int, seen: bool) -> None:
    low, high = found.interval
    print(f"模型 {model.version}，{found.rows} 行" + (f"，另有 {empty} 行缺文字或类别" if empty else ""))
    if seen:
        print("注意：这正是训练它的数据，下面的数字偏高，不能说明它在新数据上的好坏。")
    print(
        f"准确率 {found.accuracy:.3f}（{low:.3f} 到 {high:.3f}），宏 F1 {found.macro_f1:.3f}，前两名 {found.top2:.3f}"
    )
    covers = "，".join(f"{wanted} 时 {share:.0%}" for wanted, share in found.cover_at.items())
    print(f"校准误差 {found.ece:.3f}；可直接照办的比例：准确率 {covers}；每秒 {found.docs_per_second:.0f} 条")
    if found.fraud_f1 is not None:
        print(f"是不是诈骗：F1 {found.fraud_f1:.3f}")
    worst = sorted(found.labels, key=lambda one: one.f1)[:SHOWN]
    for one in worst:
        print(f"  {one.label}：{one.count} 条，准 {one.precision:.2f}，全 {one.recall:.2f}，F1 {one.f1:.2f}")


def _file(path: Path) -> Path:
    if not path.is_file():
        raise Refusal(f"没有这个文件：{path}")
    return path


def _said(job: Callable[[], T]) -> T:
    """What an engine finds wrong, as a refusal of the command."""
    from fengqiao.algorithms.evaluation import EvaluationError
    from fengqiao.algorithms.labelledrows import TrainingError
    from fengqiao.algorithms.modelfile import ModelFileError

    try:
        return job()
    except (TrainingError, EvaluationError, ModelFileError) as error:
        raise Refusal(str(error)) from error


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"报告写不进 {path}：{error.strerror}") from error
