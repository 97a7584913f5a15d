"""Messages from a table for the commands that need no database: columns guessed or mapped as in an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.tablefiles import Row, TableCaps, open_table
from fengqiao.algorithms.topics import Message
from fengqiao.lib.errors import Refusal

MOST_ROWS = 200_000
NAMED = 20  # faults of rows told one by one
USED = ("external_id", "title", "body", "reported_at", "author")


@dataclass(frozen=True, slots=True)
class Read:
    """Messages of a file, and what is wrong with rows that were left out, by row number."""

    messages: list[Message]
    faults: list[tuple[int, str]]
    mapping: Mapping[str, str]


def read_messages(path: Path, mapping_text: str = "") -> Read:
    """Read a CSV, TSV or XLSX of messages. Raises Refusal, in words, for a file that cannot be used as a whole."""
    from fengqiao.intake.mapping import check_mapping, guess, parse_mapping

    given = parse_mapping(mapping_text)
    try:
        with open_table(path, caps=TableCaps(rows=MOST_ROWS)) as table:
            mapping = check_mapping({**guess(table.columns), **given}, table.columns)
            mapping = {field: column for field, column in mapping.items() if field in USED}
            if "reported_at" not in mapping:
                columns = "、".join(table.columns)
                raise Refusal(f"文件里找不到时间一列，请用 --map reported_at=列名 指明。文件里有：{columns}")
            return _read(iter(table), mapping)
    except FileFault as fault:
        raise Refusal(str(fault)) from fault


def read_issues(path: Path) -> dict[str, set[str]]:
    """The issues of each listed message id, from a table with the columns id and issue, a row each. Raises Refusal."""
    try:
        with open_table(path, required=("id", "issue"), caps=TableCaps(rows=MOST_ROWS)) as table:
            found: dict[str, set[str]] = {}
            for row in table:
                one, issue = row.cells.get("id", "").strip(), row.cells.get("issue", "").strip()
                if row.fault or not one or not issue:
                    raise Refusal(f"第 {row.number} 行：{row.fault or '编号和诉求名都要有'}")
                found.setdefault(one, set()).add(issue)
    except FileFault as fault:
        raise Refusal(str(fault)) from fault
    if not found:
        raise Refusal("对照表里没有一行内容")
    return found


def _read(rows: Iterator[Row], mapping: Mapping[str, str]) -> Read:
    messages: list[Message] = []
    faults: list[tuple[int, str]] = []
    seen: set[str] = set()
    for row in rows:
        found = _message(row, mapping)
        if isinstance(found, Message) and found.id in seen:
            found = f"编号 {found.id[:40]} 前面已有一条"
        if isinstance(found, str):
            faults.append((row.number, found))
            continue
        seen.add(found.id)
        messages.append(found)
    if not messages:
        first = f"，第 {faults[0][0]} 行：{faults[0][1]}" if faults else ""
        raise Refusal(f"文件里没有一条能用的反映{first}")
    return Read(messages, faults, mapping)


def _message(row: Row, mapping: Mapping[str, str]) -> Message | str:
    """The message of a row, or what is wrong with it."""
    from fengqiao.intake.import_rows import when
    from fengqiao.lib import clock

    if row.fault:
        return row.fault
    cells = {field: row.cells.get(column, "").strip() for field, column in mapping.items()}
    title, body = cells.get("title", ""), cells.get("body", "")
    if not title and not body:
        return "没有内容"
    try:
        at = when(cells["reported_at"], what="时间")
    except Refusal as refusal:
        return str(refusal.message)
    local = None if at is None else clock.local(at)
    return Message(
        cells.get("external_id") or f"第{row.number}行", title, body, local, cells.get("author", "")
    )
