"""Events as they lie in a file: time, place, and where they are there category and origin; CSV, XLSX or Parquet.

Rows that cannot be used are left out and counted by what is wrong with them; a file of which nothing or only the smaller
part can be used is refused. Memory is bounded: 29 bytes a row are kept, and one batch.
Times without a zone are taken as the clock on the wall of the place; with a zone they are put on that clock. A file that
has both is refused, since half of it would be hours off.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.growing import Growing
from fengqiao.algorithms.hotspotgrid import Floats, Ints
from fengqiao.algorithms.sentences import Sentence, sentence
from fengqiao.algorithms.tablefiles import Row, TableCaps, open_table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "时间", "发生时间", "发案时间"),
    "lat": ("lat", "latitude", "纬度"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "cat": ("cat", "category", "类别"),
    "origin": ("origin", "来源"),
}
NEEDED = ("time", "lat", "lon")
RESIDENT = frozenset({"resident", "居民"})
MOST_ROWS = 12_000_000
MOST_BYTES = 2 << 30
BATCH = 100_000
FAR = 200_000.0
"""Metres from the middle of all events beyond which a place is taken as written wrongly."""
NO_TIME = np.iinfo(np.int64).min
WRONG = {
    "unread": sentence("行读不出来"),
    "time": sentence("时间看不懂：请写成 2026-01-31 08:05"),
    "future": sentence("时间在将来"),
    "place": sentence("经纬度没有写或不是数"),
    "swapped": sentence("经纬度像是写反了"),
    "zero": sentence("经纬度是 0"),
    "far": sentence("离其他记录 200 公里以上"),
    "origin": sentence("不是居民提出的：按巡查发现来排，会越巡越多"),
}
"""What can be wrong with a row, or not belong."""


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, in order of time. `at`: seconds since 1970-01-01 00:00 by the clock on the wall of the place;
    `lat`, `lon`: WGS-84 degrees; `wanted`: of the category asked for. Each of shape (n,)."""

    at: Ints
    lat: Floats
    lon: Floats
    wanted: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class EventFile:
    """Events of a file; `left_out` rows by what is wrong with them (keys of `WRONG`); `rows` in the file."""

    events: Events
    rows: int
    left_out: Mapping[str, int]
    has_origin: bool


@dataclass(slots=True)
class _Batch:
    at: Ints
    lat: Floats
    lon: Floats
    wanted: npt.NDArray[np.bool_]
    wrong: npt.NDArray[np.object_]
    """Key of `WRONG`, or empty."""


def in_order(at: Ints, lat: Floats, lon: Floats, wanted: npt.NDArray[np.bool_] | None = None) -> Events:
    """Events in order of time, then place: the order they came in does not matter. Shapes (n,)."""
    mine = np.ones(len(at), dtype=np.bool_) if wanted is None else wanted
    order = np.lexsort((mine, lon, lat, at))
    return Events(at[order], lat[order], lon[order], mine[order])


def wall_seconds(moment: datetime, zone: tzinfo) -> int:
    """Seconds since 1970-01-01 00:00 by the clock on the wall in `zone`. Raises ValueError for a moment without zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return round((moment.astimezone(zone).replace(tzinfo=UTC)).timestamp())


def read_events(path: Path, *, zone: tzinfo, now: datetime, category: str | None = None) -> EventFile:
    """Events of a file. Raises FileFault, in words, for a file that cannot be used as a whole."""
    reader = _Reader(path, zone, category)
    batches = reader.parquet() if path.suffix.lower() == ".parquet" else reader.table()
    return _gathered(batches, reader, wall_seconds(now, zone))


def _gathered(batches: Iterator[_Batch], reader: _Reader, now: int) -> EventFile:
    kept = [Growing(np.int64), Growing(np.float64), Growing(np.float64), Growing(np.bool_)]
    left: Counter[str] = Counter()
    rows = 0
    for batch in batches:
        rows += len(batch.at)
        if rows > MOST_ROWS:
            raise FileFault(
                sentence("最多 %(most)s 行，请按时间拆开", most=f"{MOST_ROWS:,}"), code="too_many_rows"
            )
        _mark(batch, now)
        left.update(batch.wrong[batch.wrong != ""].tolist())
        good = batch.wrong == ""
        for held, values in zip(kept, (batch.at, batch.lat, batch.lon, batch.wanted), strict=True):
            held.extend(values[good])
    at, lat, lon, wanted = (held.view for held in kept)
    near = _near(lat, lon)
    if far := int((~near).sum()):
        left["far"] = far
    _usable(rows, left, reader, int((wanted & near).sum()))
    return EventFile(
        in_order(at[near], lat[near], lon[near], wanted[near]), rows, dict(left), reader.has_origin
    )


def _usable(rows: int, left: Mapping[str, int], reader: _Reader, wanted: int) -> None:
    bad = {key: count for key, count in left.items() if key != "origin"}
    if sum(bad.values()) * 2 > rows:
        key, count = max(bad.items(), key=lambda one: one[1])
        raise FileFault(
            sentence(
                "%(rows)s 行里有 %(count)s 行不能用（%(why)s），请改好后再来",
                rows=rows,
                count=count,
                why=WRONG[key],
            ),
            code=f"bad_{key}",
        )
    if not rows:
        raise FileFault(sentence("文件里没有一行内容"), code="no_rows")
    if not wanted and reader.category is not None:
        names = tuple(name for name, _ in reader.categories.most_common(10))
        raise FileFault(
            sentence(
                "没有类别是“%(category)s”的记录；文件里有：%(names)s", category=reader.category, names=names
            ),
            code="no_category",
        )
    if not wanted:
        raise FileFault(sentence("没有一条居民提出的记录，不能用来看热点"), code="no_residents")


def _mark(batch: _Batch, now: int) -> None:
    """Write down the first thing that is wrong with each row."""
    lat, lon = batch.lat, batch.lon
    finite = np.isfinite(lat) & np.isfinite(lon)
    with np.errstate(invalid="ignore"):
        swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
        outside = (np.abs(lat) > 90) | (np.abs(lon) > 180)
        tests = (
            ("time", batch.at == NO_TIME),
            ("future", batch.at > now),
            ("place", ~finite),
            ("swapped", swapped),
            ("place", outside),
            ("zero", (lat == 0) & (lon == 0)),
        )
    for key, found in tests:
        batch.wrong[found & (batch.wrong == "")] = key


def _near(lat: Floats, lon: Floats) -> npt.NDArray[np.bool_]:
    if not len(lat):
        return np.zeros(0, dtype=np.bool_)
    middle_lat, middle_lon = float(np.median(lat)), float(np.median(lon))
    north = np.abs(lat - middle_lat) * 111_195
    east = np.abs(lon - middle_lon) * 111_195 * np.cos(np.radians(middle_lat))
    return np.asarray(np.hypot(north, east) <= FAR)


class _Reader:
    """Batches of rows, from a table or from Parquet."""

    def __init__(self, path: Path, zone: tzinfo, category: str | None) -> None:
        self.path = path
        self.zone = zone
        self.category = category
        self.categories: Counter[str] = Counter()
        self.has_origin = False
        self.zoned: bool | None = None

    def table(self) -> Iterator[_Batch]:
        """Batches of a CSV, TSV or XLSX file."""
        with open_table(self.path, caps=TableCaps(rows=MOST_ROWS, bytes=MOST_BYTES)) as table:
            names = self._columns(table.columns)
            rows = iter(table)
            while some := list(islice(rows, BATCH)):
                yield self._of_rows(some, names)

    def _of_rows(self, rows: Sequence[Row], names: Mapping[str, str]) -> _Batch:
        cells = {key: [row.cells.get(name, "") for row in rows] for key, name in names.items()}
        wrong = np.array(["unread" if row.fault else "" for row in rows], dtype=object)
        return self._batch(
            self._times(cells["time"]), _numbers(cells["lat"]), _numbers(cells["lon"]), cells, wrong
        )

    def parquet(self) -> Iterator[_Batch]:
        """Batches of a Parquet file. Raises FileFault where pyarrow is absent or the file is none."""
        try:
            import pyarrow  # only where somebody brings such a file: CSV needs nothing
            from pyarrow import parquet
        except ImportError as error:
            raise FileFault(
                sentence(
                    "这台机器没有 pyarrow，读不了 Parquet：请另存为 CSV（time,lat,lon 三列），或安装 pyarrow"
                ),
                code="no_pyarrow",
            ) from error
        if not self.path.is_file():
            raise FileFault(sentence("找不到文件 %(name)s", name=self.path.name), code="missing")
        try:
            with parquet.ParquetFile(self.path) as file:
                names = self._columns(file.schema_arrow.names)
                for batch in file.iter_batches(BATCH, columns=list(names.values())):
                    yield self._of_columns({key: batch.column(name) for key, name in names.items()})
        except (pyarrow.ArrowException, OSError) as error:
            raise FileFault(
                sentence("%(file)s 不是完整的 Parquet 文件", file=self.path.name), code="bad_parquet"
            ) from error

    def _of_columns(self, columns: Mapping[str, Any]) -> _Batch:
        times = columns["time"]
        kind = str(times.type)
        if kind.startswith(("timestamp", "date")):
            at = self._moments(times, kind)
        else:
            at = self._times([str(one) for one in times.to_pylist()])
        words = {
            key: ["" if one is None else str(one) for one in columns[key].to_pylist()]
            for key in ("cat", "origin")
            if key in columns
        }
        wrong = np.full(len(at), "", dtype=object)
        lat, lon = (_floats(columns[key]) for key in ("lat", "lon"))
        return self._batch(at, lat, lon, words, wrong)

    def _moments(self, times: Any, kind: str) -> Ints:
        """Seconds of a column of timestamps; those with a zone are moments, put on the wall clock hour by hour."""
        seconds = times.to_numpy(zero_copy_only=False).astype("datetime64[s]")
        at: Ints = np.where(np.isnat(seconds), NO_TIME, seconds.astype(np.int64))
        if "tz=" not in kind:
            return at
        known = at != NO_TIME
        hours, back = np.unique(at[known] // 3600, return_inverse=True)
        shifts = np.array(
            [
                wall_seconds(datetime.fromtimestamp(hour * 3600, UTC), self.zone) - hour * 3600
                for hour in hours.tolist()
            ],
            dtype=np.int64,
        )
        at[known] += shifts[back]
        return at

    def _batch(
        self,
        at: Ints,
        lat: Floats,
        lon: Floats,
        words: Mapping[str, Sequence[str]],
        wrong: npt.NDArray[np.object_],
    ) -> _Batch:
        wanted = np.ones(len(at), dtype=np.bool_)
        if self.category is not None:
            said = [one.strip() for one in words["cat"]]
            self.categories.update(said)
            wanted = np.array([one == self.category for one in said], dtype=np.bool_)
        if "origin" in words:
            found = np.array([one.strip().lower() not in RESIDENT for one in words["origin"]], dtype=np.bool_)
            wrong[found & (wrong == "")] = "origin"
        return _Batch(at, lat, lon, wanted, wrong)

    def _columns(self, columns: Sequence[str]) -> dict[str, str]:
        known = {str(one).strip().lower(): str(one) for one in columns}
        found = {
            key: next((known[one] for one in wanted if one in known), "") for key, wanted in COLUMNS.items()
        }
        needed = (*NEEDED, "cat") if self.category is not None else NEEDED
        if missing := tuple(key for key in needed if not found[key]):
            raise FileFault(
                sentence(
                    "缺列：%(missing)s。文件里有：%(columns)s；请把列名改成 time、lat、lon（类别 cat）",
                    missing=missing,
                    columns=tuple(str(one) for one in columns),
                ),
                code="no_column",
            )
        self.has_origin = bool(found["origin"])
        if self.category is None:
            found.pop("cat")
        return {key: name for key, name in found.items() if name}

    def _times(self, said: Sequence[str]) -> Ints:
        return np.array([self._time(one) for one in said], dtype=np.int64)

    def _time(self, said: str) -> int:
        found = _moment(said)
        if found is None:
            return NO_TIME
        zoned = found.tzinfo is not None
        if self.zoned is None:
            self.zoned = zoned
        if self.zoned != zoned:
            raise FileFault(
                sentence("有的时间带时区，有的不带，分不清是几点：请统一写成当地时间，如 2026-01-31 08:05"),
                code="mixed_times",
            )
        return wall_seconds(found if zoned else found.replace(tzinfo=self.zone), self.zone)


_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2})[:时点](\d{1,2})分?(?::(\d{1,2})(?:\.\d+)?)?)?"
)


def _moment(said: str) -> datetime | None:
    text = said.strip()
    try:
        return datetime.fromisoformat(text) if len(text) >= 10 else None
    except ValueError:
        pass
    found = _LOOSE.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime(*[int(part or 0) for part in found.groups()])  # type: ignore[arg-type]  # noqa: DTZ001 - on the wall
    except ValueError:
        return None


def _floats(column: Any) -> Floats:
    if str(column.type) in ("double", "float"):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return _numbers(column.to_pylist())


def _numbers(said: Sequence[Any]) -> Floats:
    return np.array([_number(one) for one in said], dtype=np.float64)


def _number(said: Any) -> float:
    try:
        return float(said)
    except (TypeError, ValueError):
        return float("nan")


def in_words(left_out: Mapping[str, int]) -> list[Sentence]:
    """What was left out, a sentence for each reason."""
    return [
        sentence("%(count)s 行没有用：%(why)s", count=count, why=WRONG[key])
        for key, count in sorted(left_out.items())
    ]
