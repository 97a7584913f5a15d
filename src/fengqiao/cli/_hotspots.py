"""eval hotspots: the forecast of hot spots measured on past events, week after week. No database is needed."""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import asdict
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fengqiao.algorithms.hotspoteval import Evaluation
    from fengqiao.algorithms.hotspotgrid import Grid, Ints
    from fengqiao.algorithms.hotspotrows import EventFile

DAY = 86_400
USAGE = 2


def register_eval(kinds: Any) -> None:
    """Add ``eval hotspots``."""
    spots = kinds.add_parser("hotspots", help="用以往的记录衡量热点预报（不用数据库）")
    spots.add_argument("events", type=Path, help="记录（CSV、XLSX 或 Parquet）：time、lat、lon 三列")
    spots.add_argument("--category", help="只看这一类，要有 cat 一列")
    spots.add_argument("--test-from", type=_day, required=True, help="从哪一天起检验，如 2026-01-01")
    spots.add_argument("--test-to", type=_day, help="检验到哪一天之前，默认到最后一条记录")
    spots.add_argument("--cell", type=float, default=200.0, help="方格边长（米），至少 100，默认 200")
    spots.add_argument("--share", type=float, default=0.01, help="每次挑出多少方格，默认 0.01")
    spots.add_argument("--horizon", type=_days, default=7, help="每次预报多少天，默认 7d")
    spots.add_argument("--boundary", type=Path, help="边界（GeoJSON）：方格取边界以内的，不给就取有过记录的")
    spots.add_argument("--json", action="store_true")
    spots.set_defaults(do=do_hotspots)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期要写成 2026-01-31，不是 {said}") from None


def _days(said: str) -> int:
    found = re.fullmatch(r"(\d{1,3})([dw]?)", said)
    if not found or not int(found[1]):
        raise argparse.ArgumentTypeError(f"预报期要写成 7d 或 2w，不是 {said}")
    return int(found[1]) * (7 if found[2] == "w" else 1)


def do_hotspots(args: argparse.Namespace) -> int:
    """Roll the forecast over the test days and print how good it was; what cannot be measured is said and ends with 2."""
    from fengqiao.algorithms.filefaults import FileFault
    from fengqiao.algorithms.hotspotgrid import HotSpotError

    try:
        return _measure(args)
    except (FileFault, HotSpotError) as error:
        print(f"没有做成：{error}", file=sys.stderr)
        return USAGE


def _measure(args: argparse.Namespace) -> int:
    from zoneinfo import ZoneInfo

    from django.conf import settings

    from fengqiao.algorithms.hotspoteval import evaluate_hotspots
    from fengqiao.algorithms.hotspotrows import in_order, in_words, read_events
    from fengqiao.lib import clock

    read = read_events(
        args.events, zone=ZoneInfo(settings.TIME_ZONE), now=clock.now(), category=args.category
    )
    every = read.events
    grid, cells = _laid_out(args.boundary, read, args.cell)
    for words in in_words(read.left_out):
        print(words, file=sys.stderr)
    mine = every.wanted
    events = in_order(every.at[mine], every.lat[mine], every.lon[mine])
    last = _wall(args.test_to) if args.test_to else int(every.at[-1]) // DAY * DAY + DAY
    found = evaluate_hotspots(
        events,
        grid,
        cells,
        begin=_wall(args.test_from),
        end=last,
        share=args.share,
        horizon=args.horizon * DAY,
        progress=_progress if sys.stderr.isatty() else None,
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if args.json:
        print(json.dumps(_as_json(found, read, args), ensure_ascii=False, allow_nan=False))
    else:
        _tell(found, read)
    return 0


def _wall(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY


def _progress(share: float) -> None:
    print(f"\r{share:4.0%}", end="", file=sys.stderr, flush=True)


def _laid_out(boundary: Path | None, read: EventFile, cell_m: float) -> tuple[Grid, Ints]:
    """The grid and its cells that count: those that hold an event of any category and day, or those whose middle lies
    within the boundary. The corner of the grid is that of all events of the file and of the boundary."""
    import numpy as np

    from fengqiao.algorithms.hotspotgrid import HotSpotError, grid_over
    from fengqiao.algorithms.sentences import sentence

    events = read.events
    if boundary is None:
        grid = grid_over(events.lat, events.lon, cell_m)
        return grid, np.unique(grid.cells(events.lat, events.lon))
    shape = _outline(boundary)
    west, south, east, north = shape.bounds
    grid = grid_over(np.append(events.lat, (south, north)), np.append(events.lon, (west, east)), cell_m)
    inside = np.flatnonzero(_within(shape, grid))
    if not len(inside):
        raise HotSpotError(sentence("边界里连一个方格的中心都没有：请把格子缩小，或检查边界文件"))
    return grid, inside


def _outline(boundary: Path) -> Any:
    import shapely

    from fengqiao.algorithms.filefaults import FileFault
    from fengqiao.algorithms.geofiles import read_areas_geojson
    from fengqiao.algorithms.sentences import sentence

    shapes = [one.geometry for one in read_areas_geojson(boundary).rows if one.geometry is not None]
    if not shapes:
        raise FileFault(sentence("边界文件里没有一块可用的面"), code="no_boundary")
    return shapely.union_all([shapely.make_valid(one) for one in shapes])


def _within(shape: Any, grid: Grid) -> Any:
    import shapely

    lat, lon = grid.middles()
    shapely.prepare(shape)
    return shapely.contains_xy(shape, lon, lat)


def _as_json(found: Evaluation, read: EventFile, args: argparse.Namespace) -> dict[str, Any]:
    whole = {key: _number(value) for key, value in asdict(found).items()}
    ours = whole.pop("ours")
    return {
        **ours,
        **whole,
        "cell": args.cell,
        "share": args.share,
        "horizon_days": args.horizon,
        "category": args.category,
        "rows": read.rows,
        "left_out": dict(read.left_out),
        "origin": read.has_origin,
    }


def _number(value: Any) -> Any:
    """A figure as JSON can say it: what is not known is null."""
    if isinstance(value, dict):
        return {key: _number(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_number(one) for one in value]
    if isinstance(value, float):
        return round(value, 6) if isfinite(value) else None
    return value


def _tell(found: Evaluation, read: EventFile) -> None:
    print(
        f"{found.cells} 个方格每次挑 {found.picked} 个，{found.horizons} 个预报期，{found.events} 件；"
        f"用时 {found.seconds:.1f} 秒"
    )
    for name, one in (("预报", found.ours), ("近 365 天件数", found.baseline)):
        said = "，".join(
            f"{words} {getattr(one, key):.3f}（{one.intervals[key][0]:.3f} 到 {one.intervals[key][1]:.3f}）"
            for key, words in (("hit_rate", "命中"), ("pai", "PAI"), ("pei", "PEI"), ("hindsight", "对事后最好的固定图"))
        )  # fmt: skip
        print(f"{name}：{said}")
    low, high = found.ratio_interval
    print(f"PAI 是近 365 天件数的 {found.ratio:.3f} 倍（{low:.3f} 到 {high:.3f}）")
    if found.cover is not None:
        print(f"方格的 90% 区间，实际盖住 {found.cover:.1%}")
    if not read.has_origin:
        print("没有来源一列，全部当作居民提出的；巡查发现的请先去掉，或加一列 origin")
