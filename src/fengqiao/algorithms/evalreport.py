"""Reports of training and evaluation: one HTML page that opens anywhere, drawings in it, nothing loaded from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from fengqiao.algorithms.evaluation import Bin, Evaluation
from fengqiao.algorithms.training import Point

MOST = 20
"""Labels in the confusion table, the most frequent; a table of 160 by 160 is read by nobody."""
_SIZE, _EDGE = 320, 40
_STYLE = (
    "body{font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #c5cad3;padding:.2rem .6rem;text-align:right}"
    "th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:600}"
    ".diag{background:#dfe9f8}.miss{background:#fbe3e0}svg{max-width:100%}"
)


def evaluation_report(found: Evaluation, *, version: str, seen: bool) -> str:
    """The page of an evaluation: figures, calibration drawing, labels, confusion."""
    low, high = found.interval
    rows = [
        ("行数", f"{found.rows}（其中 {found.silent} 行模型无话可说，算错）"),
        ("准确率", f"{found.accuracy:.3f}（{low:.3f} 到 {high:.3f}）"),
        ("宏 F1", f"{found.macro_f1:.3f}"),
        ("前两名里有对的", f"{found.top2:.3f}"),
        ("校准误差", f"{found.ece:.3f}"),
        *(
            (f"准确率 {wanted} 时可直接照办的比例", f"{share:.1%}")
            for wanted, share in found.cover_at.items()
        ),
        ("每秒", f"{found.docs_per_second:.0f} 条"),
    ]
    if found.fraud_f1 is not None:
        rows.append(("是不是诈骗：F1", f"{found.fraud_f1:.3f}"))
    warned = "<p><strong>这正是训练它的数据，数字偏高。</strong></p>" if seen else ""
    labels = [
        (one.label, str(one.count), f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}")
        for one in found.labels
    ]
    return _page(
        f"模型 {version} 的衡量",
        warned,
        _table("总的", ("指标", "数"), rows),
        calibration_drawing(found),
        _table("各类", ("类别", "条数", "准", "全", "F1"), labels),
        _confusion(found),
    )


def training_report(facts: Mapping[str, Any], labels: Sequence[str], curve: Sequence[Point]) -> str:
    """The page of a training: what the model was made from, its quality on the fifth held back, the learning curve."""
    rows = [("版本", facts["version"]), ("行数", str(facts["rows"])), ("没用上的行", str(facts["left_out"]))]
    rows += [("数据指纹", str(facts["data_sha256"])[:16]), ("类别", f"{len(labels)} 个")]
    metrics = facts.get("metrics") or {}
    names = {
        "tested": "留出来衡量的行",
        "accuracy": "准确率",
        "macro_f1": "宏 F1",
        "top2": "前两名里有对的",
        "calibration_error": "校准误差",
    }
    rows += [
        (names[name], f"{value:.3f}" if isinstance(value, float) else str(value))
        for name, value in metrics.items()
    ]
    points = [(str(one.rows), f"{one.accuracy:.3f}", f"{one.macro_f1:.3f}") for one in curve]
    return _page(
        f"模型 {facts['version']} 的训练",
        _table("总的", ("指标", "数"), rows),
        curve_drawing(curve),
        _table("学习曲线", ("训练行数", "准确率", "宏 F1"), points),
    )


def calibration_drawing(found: Evaluation) -> str:
    """SVG: how sure the model was against how often it was right; a dot's area goes with its count."""
    dots = "".join(_dot(one, found.rows) for one in found.bins)
    even = (
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#8a93a3" stroke-dasharray="4"/>'
    )
    return _drawing("校准：以为有多准，实际有多准", even + dots, "以为", "实为")


def curve_drawing(curve: Sequence[Point]) -> str:
    """SVG: macro-F1 on held-back texts against rows trained on."""
    most = max((one.rows for one in curve), default=1)
    places = [(_x(one.rows / most), _y(one.macro_f1)) for one in curve]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1a56a8"/>' for x, y in places)
    drawn = f'<polyline points="{line}" fill="none" stroke="#1a56a8" stroke-width="2"/>{dots}'
    return _drawing("学习曲线：多给些数据还会不会更好", drawn, f"行数（到 {most}）", "宏 F1")


def _dot(one: Bin, rows: int) -> str:
    told = f"{one.count} 条：以为 {one.confidence:.2f}，实为 {one.right:.2f}"
    return (
        f'<circle cx="{_x(one.confidence):.1f}" cy="{_y(one.right):.1f}" r="{3 + 12 * (one.count / rows) ** 0.5:.1f}" '
        f'fill="#1a56a8" fill-opacity=".6"><title>{told}</title></circle>'
    )


def _x(share: float) -> float:
    return _EDGE + share * (_SIZE - 2 * _EDGE)


def _y(share: float) -> float:
    return _SIZE - _EDGE - share * (_SIZE - 2 * _EDGE)


def _drawing(title: str, inside: str, across: str, up: str) -> str:
    frame = (
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIZE - 2 * _EDGE}" height="{_SIZE - 2 * _EDGE}" '
        'fill="none" stroke="#c5cad3"/>'
    )
    words = (
        f'<text x="{_SIZE / 2}" y="{_SIZE - 10}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="{_EDGE}" y="{_EDGE - 12}">{escape(up)}</text>'
        f'<text x="{_EDGE - 8}" y="{_y(0)}" text-anchor="end">0</text>'
        f'<text x="{_EDGE - 8}" y="{_y(1) + 6}" text-anchor="end">1</text>'
    )
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {_SIZE} {_SIZE}" width="{_SIZE}" role="img" '
        f'aria-label="{escape(title)}" font-size="14">{frame}{words}{inside}</svg></figure>'
    )


def _confusion(found: Evaluation) -> str:
    counts = found.confusion
    kept = sorted(range(len(counts)), key=lambda n: -sum(counts[n]))[:MOST]
    kept = sorted(n for n in kept if sum(counts[n]))
    head = "".join(f"<th>{escape(found.names[n])}</th>" for n in kept)
    body = "".join(
        f"<tr><th>{escape(found.names[i])}</th>"
        + "".join(f"<td{_shade(i == j, counts[i][j])}>{counts[i][j] or ''}</td>" for j in kept)
        + "</tr>"
        for i in kept
    )
    return f"<table><caption>混淆：每行是真的类别，每列是模型说的</caption><tr><th></th>{head}</tr>{body}</table>"


def _shade(own: bool, count: int) -> str:
    if own:
        return ' class="diag"'
    return ' class="miss"' if count else ""


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(title)}</caption><tr>{head}</tr>{body}</table>"


def _page(title: str, *parts: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )
