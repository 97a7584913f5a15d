"""Hot spots: where and when residents' reports may come next, from what residents brought, with counts and intervals.

Question: which cells should somebody look at first in the coming days, how sure is that, and what is behind it?
Method: `hotspotmodel` for how many, `hotspotweek` for when, `hotspotstar` for maps of significance. Only events that
residents began may be given: what patrols find lies where patrols were sent, and would send them there again.
What is never ranked: masked cells, cells of fewer than five households where households are known, and cells in which
fewer than five events are known, of which is said only that the data are not enough. No cell is smaller than 100 m.
Sources: Lum and Isaac, Significance 13 (2016); Ensign et al., FAT* 2018 (runaway feedback); the modules name theirs.
Limits: it says where people report, not where something happens; no cell, person or household is to be acted against by
it. Times are those of the wall clock of the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np
import numpy.typing as npt
from scipy.stats import gamma, nbinom

from fengqiao.algorithms.hotspoteval import LEAST_EVENTS, LEVEL, WARM_UP, YEAR, counts_between
from fengqiao.algorithms.hotspotgrid import Floats, Grid, HotSpotError, Ints, grid_over
from fengqiao.algorithms.hotspotmodel import DAY, HALF_LIVES, MIXED, Forecast, Forecaster
from fengqiao.algorithms.hotspotrows import RESIDENT, Events, in_order, wall_seconds
from fengqiao.algorithms.hotspotweek import week_of
from fengqiao.algorithms.sentences import sentence

FEWEST_HOUSEHOLDS = 5
FIRST_HOURS = 3
DAYS = "一二三四五六日"
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Report:
    """Something that happened: `at` an aware moment, WGS-84 degrees, `origin` who noticed it first."""

    at: datetime
    lat: float
    lon: float
    origin: str = "resident"


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A cell: its middle in WGS-84 degrees; `expected` events within the horizon with the 90 % interval of that rate;
    `count_low` to `count_high` what may come (90 %); events there in 30 and 365 days and ever; `around`: share of the
    expectation that comes from neighbouring cells' events; `lately`: share that rests on the half-life of 30 days;
    `hours`: the hours of the week (0 is Monday 00:00) with the most of it; `reasons`: sentences for the reader."""

    rank: int
    cell: int
    lat: float
    lon: float
    expected: float
    low: float
    high: float
    count_low: int
    count_high: int
    last_30: int
    last_365: int
    ever: int
    around: float
    lately: float
    hours: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unranked:
    """A cell of which nothing is said, with the reason."""

    cell: int
    lat: float
    lon: float
    events: int
    why: str


@dataclass(frozen=True, slots=True)
class HotSpots:
    """Ranked cells; those of too few events; `masked` cells and cells of too few `households` by number only, so that
    nothing can be read off them; `learnt` past horizons the weights rest on; `left_out` events that no resident began."""

    grid: Grid
    spots: tuple[HotSpot, ...]
    not_enough: tuple[Unranked, ...]
    masked: int
    households: int
    learnt: int
    left_out: int


def events_of(reports: Sequence[Report], zone: tzinfo, now: datetime) -> tuple[Events, int]:
    """Events that residents began, and how many others were left out. Raises HotSpotError for coordinates that are none
    and for moments after `now`; ValueError for moments without zone."""
    mine = [one for one in reports if one.origin in RESIDENT]
    lat = np.array([one.lat for one in mine], dtype=np.float64)
    lon = np.array([one.lon for one in mine], dtype=np.float64)
    at = np.array([wall_seconds(one.at, zone) for one in mine], dtype=np.int64)
    if (
        not (np.isfinite(lat) & np.isfinite(lon)).all()
        or (np.abs(lat) > 90).any()
        or (np.abs(lon) > 180).any()
    ):
        raise HotSpotError(sentence("有记录的经纬度不对：纬度在 -90 到 90 之间，经度在 -180 到 180 之间"))
    if len(at) and int(at.max()) > wall_seconds(now, zone):
        raise HotSpotError(sentence("有记录的时间在将来，请先改正"))
    return in_order(at, lat, lon), len(reports) - len(mine)


def find_hotspots(
    events: Events,
    now: int,
    *,
    cell_m: float = 200.0,
    horizon_days: int = 7,
    top: int = 20,
    grid: Grid | None = None,
    masked: Bools | None = None,
    households: Ints | None = None,
    left_out: int = 0,
) -> HotSpots:
    """The cells that may expect most within `horizon_days` from `now` (seconds as in `Events.at`), hottest first.

    `grid` is made from the events where none is given. `masked` and `households`, both of shape (grid.size,), say what
    must not be ranked; -1 households is unknown. No events are no error: nothing is ranked. Raises HotSpotError for
    events after `now` and for shapes that do not fit.
    """
    if not len(events):
        made = grid or Grid(0.0, 0.0, cell_m, 1, 1)
        return HotSpots(made, (), (), 0, 0, 0, left_out)
    if int(events.at[-1]) >= now:
        raise HotSpotError(sentence("有记录的时间在将来，请先改正"))
    made = grid or grid_over(events.lat, events.lon, cell_m)
    closed, few_homes = _closed(made, masked, households)
    found = made.cells(events.lat, events.lon)
    cells = np.unique(found[found >= 0])
    if not len(cells):
        raise HotSpotError(sentence("记录全在方格之外：请检查经纬度和方格"))
    forecaster = _taught(events, made, cells, now, horizon_days * DAY)
    ever = counts_between(events, made, cells, int(events.at[0]), now)
    allowed = ~closed[cells] & ~few_homes[cells]
    ranked = _ranking(forecaster.forecast(), ever, allowed, cells)[: max(0, top)]
    return HotSpots(
        made,
        _spots(ranked, forecaster.forecast(), events, made, cells, now, horizon_days),
        _few(made, cells, ever, allowed),
        int(closed.sum()),
        int((few_homes & ~closed).sum()),
        forecaster.learnt,
        left_out,
    )


def _closed(grid: Grid, masked: Bools | None, households: Ints | None) -> tuple[Bools, Bools]:
    for given in (masked, households):
        if given is not None and given.shape != (grid.size,):
            raise HotSpotError(sentence("遮挡和户数要和方格一样多：%(size)s 个", size=grid.size))
    closed = np.zeros(grid.size, dtype=np.bool_) if masked is None else np.asarray(masked, dtype=np.bool_)
    homes = np.full(grid.size, -1, dtype=np.int64) if households is None else households
    return closed, np.asarray((homes >= 0) & (homes < FEWEST_HOUSEHOLDS))


def _taught(events: Events, grid: Grid, cells: Ints, now: int, horizon: int) -> Forecaster:
    """A forecaster at `now` that has learnt from the horizons before it."""
    forecaster = Forecaster(events, grid, cells, horizon)
    for back in range(WARM_UP, 0, -1):
        start = now - back * horizon
        if start <= events.at[0] + 4 * horizon:
            continue
        forecaster.move(start)
        forecaster.learn(counts_between(events, grid, cells, start, start + horizon))
    forecaster.move(now)
    return forecaster


def _ranking(forecast: Forecast, ever: Floats, allowed: Bools, cells: Ints) -> Ints:
    """Places in `cells` of those that may be ranked, hottest first; equals by number of cell."""
    able = np.flatnonzero(allowed & (ever >= LEAST_EVENTS))
    return able[np.lexsort((cells[able], -forecast.expected[able]))]


def rate_interval(expected: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """The 90 % interval of the expected numbers, each of shape (n,): the larger the shape, the narrower."""
    tail = (1 - LEVEL) / 2
    return gamma.ppf(tail, shape, scale=expected / shape), gamma.ppf(1 - tail, shape, scale=expected / shape)


def _spots(
    ranked: Ints, forecast: Forecast, events: Events, grid: Grid, cells: Ints, now: int, days: int
) -> tuple[HotSpot, ...]:
    if not len(ranked):
        return ()
    spans = (30 * DAY, YEAR, now - int(events.at[0]))
    counts = np.array([counts_between(events, grid, cells, now - span, now)[ranked] for span in spans])
    low, high = rate_interval(forecast.expected[ranked], forecast.shape[ranked])
    mean, shape = forecast.expected[ranked], forecast.shape[ranked]
    tail = (1 - LEVEL) / 2
    least, most = (nbinom.ppf(at, shape, shape / (shape + mean)) for at in (tail, 1 - tail))
    hours = np.argsort(-week_of(events, grid, cells[ranked]).share, axis=0, kind="stable")[:FIRST_HOURS].T
    spread = np.array([metres > 0 for _, metres in MIXED])
    new = np.array([half == HALF_LIVES[0] for half, _ in MIXED])
    made = []
    for rank, place in enumerate(ranked.tolist()):
        lat, lon = grid.middle(int(cells[place]))
        parts = forecast.parts[:, place]
        said = (float(mean[rank]), float(low[rank]), float(high[rank]))
        known = tuple(int(one) for one in counts[:, rank])
        around, lately = (float(parts[:-1][which].sum() / parts.sum()) for which in (spread, new))
        best = tuple(sorted(hours[rank].tolist()))
        made.append(
            HotSpot(
                rank + 1, int(cells[place]), lat, lon, *said, int(least[rank]), int(most[rank]),
                known[0], known[1], known[2], around, lately, best, _reasons(said, known, around, lately, best, days),
            )
        )  # fmt: skip
    return tuple(made)


def _reasons(
    said: tuple[float, float, float],
    known: tuple[int, ...],
    around: float,
    lately: float,
    hours: tuple[int, ...],
    days: int,
) -> tuple[str, ...]:
    expected, low, high = said
    return (
        sentence("近 30 天 %(new)s 件，近 365 天 %(year)s 件，总共 %(ever)s 件，都是居民提出的",
                 new=known[0], year=known[1], ever=known[2]),
        sentence("今后 %(days)s 天大约 %(expected)s 件（90 %% 区间 %(low)s 到 %(high)s）",
                 days=days, expected=f"{expected:.1f}", low=f"{low:.1f}", high=f"{high:.1f}"),
        sentence("其中 %(lately)s%% 来自近一个月左右，%(around)s%% 计入了周围 100 到 250 米的记录",
                 lately=round(lately * 100), around=round(around * 100)),
        sentence("相对最多的时段：%(hours)s", hours=tuple(_hour(one) for one in hours)),
    )  # fmt: skip


def _hour(hour: int) -> str:
    return sentence("周%(day)s %(hour)s 点", day=DAYS[hour // 24], hour=hour % 24)


def _few(grid: Grid, cells: Ints, ever: Floats, allowed: Bools) -> tuple[Unranked, ...]:
    able = np.flatnonzero(allowed & (ever < LEAST_EVENTS))
    why = sentence("不到 %(least)s 件，数据不足", least=LEAST_EVENTS)
    return tuple(
        Unranked(int(cells[one]), *grid.middle(int(cells[one])), int(ever[one]), why) for one in able.tolist()
    )
