"""Reading the YAML files of the reference data: classes, ladder, follow-up schedule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from django.utils.translation import gettext as _

from fengqiao.lib.config_files import ConfigError, Node, read_yaml
from fengqiao.matters.reference_types import (
    ANCHORS,
    FEATURES,
    HOW,
    KINDS,
    LEVELS,
    UNITS,
    Classes,
    FollowUpRule,
    Handler,
    HandlingLevel,
    Head,
    LadderData,
    Look,
    ReportClass,
    Span,
)

DATA = Path(__file__).resolve().parent / "data"
"""The folder of the dated reference files that come with the program."""


def newest(stem: str, suffix: str) -> Path:
    """The newest dated file ``stem-YYYY-MM.suffix``. Raises ConfigError when there is none."""
    found = sorted(p for p in DATA.glob(f"{stem}-*.{suffix}") if re.fullmatch(r".*-\d{4}-\d{2}\.\w+", p.name))
    if not found:
        raise ConfigError(f"{stem}-YYYY-MM.{suffix}", "", _("没有找到这份基础数据，请重新安装"))
    return found[-1]


def _root(path: Path, keys: tuple[str, ...]) -> tuple[dict[str, Node], date]:
    """The top entries of a reference file and the day from which it holds."""
    root = Node(read_yaml(path), "", {"": path.name})
    top = root.fields((*keys, "valid_from"), (*keys, "valid_from"))
    try:
        return top, date.fromisoformat(top["valid_from"].text())
    except ValueError as error:
        raise ConfigError(path.name, "valid_from", _("不是日期，请写成 2026-01-01 的样子")) from error


@lru_cache(maxsize=4)
def load_classes(path: Path | None = None) -> Classes:
    """Heads of codes and classes of the county's report. Raises ConfigError."""
    top = _root(path or newest("classes", "yaml"), ("heads", "report_classes"))[0]
    heads: dict[str, Head] = {}
    for node in top["heads"].items():
        f = node.fields(("code", "zh", "en", "kind"), ("code", "zh", "en", "kind"))
        head = Head(f["code"].text(), f["zh"].text(), f["en"].text(), f["kind"].one_of(KINDS))
        _new(heads, head.code, node)
        heads[head.code] = head
    classes = {}
    for node in top["report_classes"].keyed():
        f = node.fields(("key", "zh", "en"), ("key", "zh", "en"))
        classes[f["key"].key()] = ReportClass(f["key"].key(), f["zh"].text(), f["en"].text())
    return Classes(MappingProxyType(heads), MappingProxyType(classes))


@lru_cache(maxsize=4)
def load_ladder(path: Path | None = None) -> LadderData:
    """Start codes, looks by severity and handlers. Raises ConfigError."""
    top, valid_from = _root(path or newest("ladder", "yaml"), ("levels", "looks", "handlers"))
    levels: dict[str, HandlingLevel] = {}
    for node in top["levels"].items():
        f = node.fields(("code", "zh", "en", "days"), ("code", "zh", "en", "days"))
        level = HandlingLevel(
            f["code"].one_of(LEVELS), f["zh"].text(), f["en"].text(), f["days"].whole(1, 365)
        )
        _new(levels, level.code, node)
        levels[level.code] = level
    looks: dict[int, Look] = {}
    for node in top["looks"].items():
        f = node.fields(
            ("severity", "zh", "en", "amount", "unit"), ("severity", "zh", "en", "amount", "unit")
        )
        look = Look(f["severity"].whole(1, 4), f["zh"].text(), f["en"].text(), _span(f))
        _new(looks, look.severity, node)
        looks[look.severity] = look
    _all_there(top["levels"], levels, LEVELS)
    _all_there(top["looks"], looks, (1, 2, 3, 4))
    handlers = {handler.code: handler for handler in map(_handler, top["handlers"].items())}
    return LadderData(
        valid_from, MappingProxyType(levels), MappingProxyType(looks), MappingProxyType(handlers)
    )


def _handler(node: Node) -> Handler:
    f = node.fields(("code", "zh", "en", "roles", "partner"), ("code", "zh", "en", "roles"))
    partner = f["partner"].key() if "partner" in f else ""
    return Handler(f["code"].text(), f["zh"].text(), f["en"].text(), f["roles"].texts(), partner)


@lru_cache(maxsize=4)
def load_follow_ups(path: Path | None = None) -> tuple[FollowUpRule, ...]:
    """The follow-up schedule in its printed order. Raises ConfigError."""
    top = _root(path or newest("follow_ups", "yaml"), ("rules",))[0]
    return tuple(_follow_up(node) for node in top["rules"].keyed())


def _follow_up(node: Node) -> FollowUpRule:
    names = ("key", "zh", "en", "anchor", "amount", "unit", "how", "severities", "kinds", "features", "ask")
    f = node.fields(names, names)
    ask = f["ask"].fields(("zh", "en"), ("zh", "en"))
    return FollowUpRule(
        key=f["key"].key(),
        zh=f["zh"].text(),
        en=f["en"].text(),
        anchor=f["anchor"].one_of(ANCHORS),
        after=_span(f, low=0),
        how=f["how"].one_of(HOW),
        ask_zh=ask["zh"].text(),
        ask_en=ask["en"].text(),
        severities=tuple(n.whole(1, 4) for n in f["severities"].items()),
        kinds=tuple(n.one_of(KINDS) for n in f["kinds"].items()),
        features=tuple(n.one_of(FEATURES) for n in f["features"].items()),
    )


def follow_ups_for(
    rules: Iterable[FollowUpRule],
    *,
    kind: str,
    severity: int,
    features: Collection[str] = (),
    anchor: str = "closing",
) -> tuple[FollowUpRule, ...]:
    """The rules that fit a matter at ``anchor``, one for each length of time (the first printed wins)."""
    found: dict[Span, FollowUpRule] = {}
    for rule in rules:
        if rule.anchor == anchor and rule.fits(kind, severity, features):
            found.setdefault(rule.after, rule)
    return tuple(found.values())


def _span(fields: Mapping[str, Node], low: int = 1) -> Span:
    return Span(fields["amount"].whole(low, 999), fields["unit"].one_of(UNITS))


def _new(found: Collection[object], key: object, node: Node) -> None:
    if key in found:
        node.fail(_("“%(key)s” 写了两次，留一个") % {"key": key})


def _all_there(node: Node, found: Collection[object], needed: Iterable[object]) -> None:
    for key in needed:
        if key not in found:
            node.fail(_("缺少 “%(key)s”，请补上") % {"key": key})
