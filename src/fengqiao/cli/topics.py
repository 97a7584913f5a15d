"""topics: what many people speak of over weeks, from a table, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from fengqiao.cli._messages import NAMED, Read, read_messages


def register(commands: Any) -> None:
    """Add the commands of this group."""
    topics = commands.add_parser("topics", help="热点诉求：几周里许多人反映的同一件事（不用数据库）")
    topics.add_argument("messages", type=Path, help="反映（CSV、XLSX），要有时间和内容")
    topics.add_argument(
        "--map", default="", help="列对应，如 body=内容,title=标题,reported_at=时间,author=用户"
    )
    topics.add_argument("--top", type=int, default=20, help="表里列出几件，默认 20；--json 总是全部")
    topics.add_argument("--json", action="store_true")
    topics.set_defaults(do=do_topics)


def do_topics(args: argparse.Namespace) -> int:
    """Rank the issues of a file of messages and print them; rows left out are told, never silently dropped."""
    from fengqiao.algorithms.topics import find_topics

    read = read_messages(args.messages, args.map)

    def progress(share: float) -> None:
        if sys.stderr.isatty():
            print(f"\r{share:4.0%}", end="", file=sys.stderr, flush=True)

    found = find_topics(read.messages, progress=progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    tell_faults(read)
    if args.json:
        print(json.dumps(_as_json(found, read), ensure_ascii=False, allow_nan=False))
        return 0
    _print_table(found, args.top)
    return 0


def tell_faults(read: Read) -> None:
    """Rows left out, on standard error; and what is missing for counting people."""
    for number, words in read.faults[:NAMED]:
        print(f"第 {number} 行没有用：{words}", file=sys.stderr)
    if len(read.faults) > NAMED:
        print(f"还有 {len(read.faults) - NAMED} 行没有用", file=sys.stderr)
    if "author" not in read.mapping:
        print("没有反映人一列：人数按不同的文字来数。可用 --map author=列名 指明", file=sys.stderr)


def _as_json(found: Any, read: Read) -> dict[str, Any]:
    return {
        "messages": found.messages,
        "undated": found.undated,
        "left_out": len(read.faults),
        "faults": [{"row": number, "words": words} for number, words in read.faults[:NAMED]],
        "topics": [_topic(rank, one) for rank, one in enumerate(found.topics, start=1)],
    }


def _topic(rank: int, one: Any) -> dict[str, Any]:
    growth = {key: _number(value) for key, value in asdict(one.growth).items()}
    return {
        "rank": rank,
        "name": one.name,
        "place": one.place,
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "members": len(one.member_ids),
        "people": one.people,
        "recent_people": one.recent_people,
        "growth": growth,
        "hottest": one.hottest.isoformat(),
        "heat": round(one.heat, 4),
        "shown_on": one.shown_on.isoformat() if one.shown_on else None,
        "member_ids": list(one.member_ids),
        "reasons": list(one.reasons),
    }


def _number(value: Any) -> Any:
    """A figure as JSON can say it: without bound is null."""
    if isinstance(value, float):
        return round(value, 4) if isfinite(value) else None
    return value


def _print_table(found: Any, top: int) -> None:
    if not found.topics:
        print(f"{found.messages} 条反映里没有两个人以上说的同一件事")
    for rank, one in enumerate(found.topics[: max(0, top)], start=1):
        shown = f"{one.shown_on} 起提示" if one.shown_on else "未到提示条件"
        print(
            f"{rank:>3}. {one.name}  {one.people} 人 {len(one.member_ids)} 条  "
            f"{one.first_at:%Y-%m-%d} 至 {one.last_at:%Y-%m-%d}  {shown}"
        )
        for reason in one.reasons[:2]:
            print(f"     {reason}")
    rest = len(found.topics) - max(0, top)
    if rest > 0:
        print(f"还有 {rest} 件，用 --top 或 --json 看全部")
    if found.undated:
        print(f"{found.undated} 条没有时间，没有算进去")
