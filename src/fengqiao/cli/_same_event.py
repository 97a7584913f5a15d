"""eval same-event: the grouping of reports measured against a table of what belongs together. No database is needed."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fengqiao.cli._messages import read_issues, read_messages
from fengqiao.cli.topics import tell_faults
from fengqiao.lib.errors import Refusal

MOST_MESSAGES = 20_000
"""Messages compared at most: every pair is weighed."""


def register_eval(kinds: Any) -> None:
    """Add ``eval same-event``."""
    same = kinds.add_parser("same-event", help="同一件事的反映找得准不准（不用数据库）")
    same.add_argument("messages", type=Path, help="反映（CSV、XLSX）")
    same.add_argument("same", type=Path, help="对照表：id、issue 两列")
    same.add_argument("--map", default="", help="列对应，如 body=内容,title=标题,reported_at=时间")
    same.add_argument("--json", action="store_true")
    same.set_defaults(do=do_same_event)


def do_same_event(args: argparse.Namespace) -> int:
    """Group all messages without looking at the issues, compare with them, and print pair and issue figures."""
    from fengqiao.algorithms.issuescores import score_issues
    from fengqiao.algorithms.linkedgroups import linked_groups
    from fengqiao.algorithms.topics import find_groups

    issues_of = read_issues(args.same)
    read = read_messages(args.messages, args.map)
    if len(read.messages) > MOST_MESSAGES:
        raise Refusal(
            f"有 {len(read.messages):,} 条反映，每两条都要比，最多 {MOST_MESSAGES:,} 条，请按时间拆开"
        )
    here = {one.id for one in read.messages}
    listed = {one: issues for one, issues in issues_of.items() if one in here}
    if not listed:
        raise Refusal("对照表里的编号在反映里一个也没有，请看编号列是否对应（--map external_id=列名）")
    tell_faults(read)
    groups = score_issues(find_groups(read.messages), listed)
    chains = score_issues(linked_groups(read.messages), listed)
    figures = {"messages": len(read.messages), "missing": len(issues_of) - len(listed)}
    if args.json:
        print(json.dumps({**asdict(groups), **figures, "chains": asdict(chains)}, ensure_ascii=False))
        return 0
    print(
        f"{figures['messages']} 条反映，对照表里找到 {groups.listed} 条、{groups.pairs} 对，缺 {figures['missing']} 条"
    )
    for name, one in (("按平均相似成组", groups), ("按逐条提示连成串", chains)):
        print(
            f"{name}：准确 {one.precision:.3f}，召回 {one.recall:.3f}，F1 {one.f1:.3f}，"
            f"各件平均 F1 {one.mean_issue_f1:.3f}（只看对照表内 {one.mean_issue_f1_listed:.3f}）"
        )
    return 0
