"""Reading the category file and laying a place's own changes over it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from fengqiao.lib.config_files import ConfigError
from fengqiao.lib.place_types import CategoryChanges
from fengqiao.lib.wording import gettext as _
from fengqiao.lib.wording import listed
from fengqiao.matters.reference_tables import load_classes, load_ladder, newest
from fengqiao.matters.reference_types import COLUMNS, KINDS, LEVELS, MEDIATION, UNITS, Category

_CODE = re.compile(r"[A-Z]{2}[1-9][0-9]?")
_WHOLE = re.compile(r"[1-9][0-9]{0,2}")
_TEXT_COLUMNS = tuple(
    c for c in COLUMNS if c not in {"severity", "due_amount", "tell_110", "restricted", "valid_from"}
)


@lru_cache(maxsize=4)
def load_categories(path: Path | None = None) -> Mapping[str, Category]:
    """Categories by code in the order of the file (None: the newest). Raises ConfigError."""
    path = path or newest("categories", "csv")
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.reader(handle, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(path.name, "", _("读不出来，请存成 UTF-8 的 CSV")) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ConfigError(
            path.name,
            _("第 %(number)s 行") % {"number": 1},
            _("表头要正好是：%(columns)s") % {"columns": ",".join(COLUMNS)},
        )
    found: dict[str, Category] = {}
    for number, row in enumerate(rows[1:], start=2):
        where = _("第 %(number)s 行") % {"number": number}
        if len(row) != len(COLUMNS):
            raise ConfigError(
                path.name,
                where,
                _("要有 %(wanted)s 列，现在 %(n)s 列") % {"wanted": len(COLUMNS), "n": len(row)},
            )
        category = _category(dict(zip(COLUMNS, row, strict=True)), path.name, where)
        if category.code in found:
            raise ConfigError(path.name, where, _("代码 %(code)s 重复，留一行") % {"code": category.code})
        found[category.code] = category
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def _choices() -> Mapping[str, frozenset[str]]:
    """What each column with a fixed vocabulary may say."""
    classes = load_classes()
    return {
        "kind": frozenset(KINDS),
        "head": frozenset(classes.heads),
        "severity": frozenset("1234"),
        "due_unit": frozenset(UNITS),
        "role": frozenset(load_ladder().handlers),
        "level": frozenset(LEVELS),
        "mediation": frozenset(MEDIATION),
        "tell_110": frozenset("012"),
        "restricted": frozenset("01"),
        "report_class": frozenset({"", *classes.report_classes}),
    }


def _category(cells: Mapping[str, str], file: str, where: str) -> Category:
    """One checked category from its cells. Raises ConfigError naming file, row and column."""
    for column, fault in _faults(cells):
        raise ConfigError(file, f"{where} {column}", f"“{cells[column]}” {fault}")
    return Category(
        **{column: cells[column] for column in _TEXT_COLUMNS},
        severity=int(cells["severity"]),
        due_amount=int(cells["due_amount"]),
        tell_110=int(cells["tell_110"]),
        restricted=cells["restricted"] == "1",
        valid_from=date.fromisoformat(cells["valid_from"]),
    )


def _faults(cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for column, choices in _choices().items():
        if cells[column] not in choices:
            known = listed(c or _("（空）") for c in sorted(choices))
            yield column, _("不行，可写：%(known)s") % {"known": known}
    yield from _shape_faults(cells)


def _shape_faults(cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if not _CODE.fullmatch(cells["code"]) or not cells["code"].startswith(cells["head"]):
        yield "code", _("不是代码：先写类别的两个大写字母，再写 1 到 99 的数字")
    for column in ("head_zh", "zh", "en"):
        if not cells[column].strip():
            yield column, _("不能空着，请写上名称")
    if not _WHOLE.fullmatch(cells["due_amount"]):
        yield "due_amount", _("不行，请写 1 到 999 的整数")
    if cells["mediation"] == "Y" and not cells["report_class"]:
        yield "report_class", _("可以调解的类别要归入一类报表")
    try:
        date.fromisoformat(cells["valid_from"])
    except ValueError:
        yield "valid_from", _("不是日期，请写成 2026-01-01 的样子")


def apply_changes(categories: Mapping[str, Category], changes: CategoryChanges) -> Mapping[str, Category]:
    """``categories`` with what a place adds, changes and switches off. Raises ConfigError naming the code.

    Danger is never made less by a place: a code of severity 1 keeps it, a restricted code stays restricted.
    """
    found = dict(categories)
    for code, columns in changes.change.items():
        where = f"categories.change.{code}"
        if code not in found:
            raise ConfigError(changes.file, where, _("没有这个代码可以改，新代码请写在 add 里"))
        changed = _category(
            {**_cells(found[code]), **_allowed(columns, changes.file, where)}, changes.file, where
        )
        _keep_floor(found[code], changed, changes.file, where)
        found[code] = changed
    for code, columns in changes.add.items():
        where = f"categories.add.{code}"
        if code in found:
            raise ConfigError(changes.file, where, _("这个代码已经有了，要改请写在 change 里"))
        cells = _blank(code, found) | _allowed(columns, changes.file, where)
        found[code] = _category(cells, changes.file, where)
    for code in changes.off:
        if found.pop(code, None) is None:
            raise ConfigError(
                changes.file, "categories.off", _("没有代码 %(code)s 可以停用") % {"code": code}
            )
    return MappingProxyType(found)


def _blank(code: str, known: Mapping[str, Category]) -> dict[str, str]:
    """The cells of a new code before a place fills them: head and kind follow from its letters."""
    cells = dict.fromkeys(COLUMNS, "") | {"code": code, "restricted": "0", "tell_110": "0"}
    head = load_classes().heads.get(code[:2])
    if head is not None:
        cells |= {"head": head.code, "head_zh": head.zh, "kind": head.kind}
    return cells | {"valid_from": next((c.valid_from.isoformat() for c in known.values()), "")}


def _cells(category: Category) -> dict[str, str]:
    cells = {column: str(getattr(category, column)) for column in COLUMNS}
    return cells | {"restricted": str(int(category.restricted))}


def _allowed(columns: Mapping[str, str], file: str, where: str) -> dict[str, str]:
    free = set(COLUMNS) - {"code", "head", "head_zh"}
    for column in columns:
        if column not in free:
            raise ConfigError(
                file, f"{where}.{column}", _("不认识的列，可写：%(free)s") % {"free": listed(sorted(free))}
            )
    return dict(columns)


def _keep_floor(old: Category, new: Category, file: str, where: str) -> None:
    if old.severity == 1 and new.severity != 1:
        raise ConfigError(file, f"{where}.severity", _("危险类别的等级不能降低"))
    if old.restricted and not new.restricted:
        raise ConfigError(file, f"{where}.restricted", _("限制查看的类别不能放开"))
