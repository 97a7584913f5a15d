"""train places and eval places: the address parser from addresses somebody tagged. No database is needed."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fengqiao.lib.errors import Refusal


def register_train(kinds: Any) -> None:
    """Add ``train places``."""
    places = kinds.add_parser("places", help="训练地址解析模型")
    places.add_argument("jsonl", type=Path, metavar="JSONL", help="每行一个地址：tokens 和 BIO 标签 tags")
    places.add_argument("--out", type=Path, required=True, help="模型文件")
    places.add_argument(
        "--gazetteer", type=Path, help="地名表 CSV，有 name 和 level 两列（1 省 到 5 村），可不给"
    )
    places.add_argument("--json", action="store_true")
    places.set_defaults(do=do_train)


def register_eval(kinds: Any) -> None:
    """Add ``eval places``."""
    places = kinds.add_parser("places", help="用标好的地址量解析模型")
    places.add_argument("jsonl", type=Path, metavar="JSONL")
    places.add_argument("--model", type=Path, required=True, help="模型文件")
    places.add_argument("--json", action="store_true")
    places.set_defaults(do=do_eval)


def do_train(args: argparse.Namespace) -> int:
    """Train on a JSONL file, print the quality measured on a held-back fifth, write the model file."""
    from threadpoolctl import threadpool_limits

    from fengqiao.algorithms.addressrows import AddressDataError, read_addresses, read_gazetteer
    from fengqiao.algorithms.addresstraining import train_addresses
    from fengqiao.algorithms.modelfile import ModelFileError

    if not args.out.parent.is_dir():
        raise Refusal(f"没有这个文件夹：{args.out.parent}")

    def progress(step: str, share: float) -> None:
        print(f"{share:4.0%} {step}", file=sys.stderr, flush=True)

    try:
        names = read_gazetteer(args.gazetteer) if args.gazetteer else {}
        rows = read_addresses(args.jsonl)
        with threadpool_limits(1):  # the products are small: more threads only wait for each other
            parser = train_addresses(rows, gazetteer=names, progress=progress)
        parser.save(args.out)
    except (AddressDataError, ModelFileError) as error:
        raise Refusal(str(error)) from error
    facts = parser.facts
    if args.json:
        print(json.dumps({key: facts[key] for key in ("version", "rows", "left_out", "metrics")}))
        return 0
    print(f"模型 {facts['version']}：{facts['rows']} 个地址，{args.out.stat().st_size / 2**20:.1f} MB")
    if facts["metrics"]:
        print("留出一份来量：" + _said(facts["metrics"]))
    return 0


def do_eval(args: argparse.Namespace) -> int:
    """Measure a model on tagged addresses; a span counts when start, end and tag are exact."""
    from threadpoolctl import threadpool_limits

    from fengqiao.algorithms.addressparser import AddressParser
    from fengqiao.algorithms.addressrows import AddressDataError, read_addresses
    from fengqiao.algorithms.addresstraining import measure
    from fengqiao.algorithms.modelfile import ModelFileError

    try:
        parser = AddressParser.load(args.model)
        rows = read_addresses(args.jsonl)
        with threadpool_limits(1):
            metrics = asdict(measure(parser, rows))
    except (AddressDataError, ModelFileError) as error:
        raise Refusal(str(error)) from error
    print(json.dumps({"model": parser.facts.get("version", ""), **metrics}) if args.json else _said(metrics))
    return 0


def _said(metrics: dict[str, Any]) -> str:
    return (
        f"{metrics['addresses']} 个地址、{metrics['spans']} 段，F1 {metrics['span_f1']:.4f}，"
        f"精确率 {metrics['precision']:.4f}，召回率 {metrics['recall']:.4f}，"
        f"每秒 {metrics['addresses_per_second']:.0f} 个地址"
    )
