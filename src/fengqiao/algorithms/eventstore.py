"""Reports kept for comparison as plain arrays: some hundreds of bytes each, whatever their texts were.

Of a text are kept the numbers of its features (22 bits of a checksum: among a million different features one in eight
shares its number with another), the houses and flats it names as numbers, and whether it speaks of this moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import nan
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from fengqiao.algorithms.eventids import IdTable
from fengqiao.algorithms.growing import Growing
from fengqiao.algorithms.sameevent import Doc, Marks, Traits

BITS = 22
_UNITS = "栋组号室"
_CODE = re.compile(rf"(\d+)([{_UNITS}])")
_OTHER = "\0"  # a known place that is not the one asked about

Array = npt.NDArray[Any]


def number_of(name: str, bits: int = BITS) -> int:
    """The number of a feature or a name."""
    return crc32(name.encode("utf-8", "surrogatepass")) & ((1 << bits) - 1)


def name_number(name: str | None) -> int:
    """A place or area as a number above nought; nought for none."""
    return 0 if name is None else number_of(name, 32) or 1


class EventStore:
    """Rows of reports. A row that was taken out stays, marked, until the store is written anew."""

    def __init__(self) -> None:
        self.ids = IdTable()
        self.features, self.ends = Growing(np.uint32), Growing(np.int64)
        self._codes, self._code_ends = Growing(np.int32), Growing(np.int64)
        self.times, self.lats, self.lons = Growing(np.float64), Growing(np.float64), Growing(np.float64)
        self.places, self.areas = Growing(np.uint32), Growing(np.uint32)
        self.fresh, self.gone = Growing(np.bool_), Growing(np.bool_)

    def __len__(self) -> int:
        """Rows, those taken out too."""
        return len(self.gone.view)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        parts = [one for one in vars(self).values() if isinstance(one, Growing)]
        return self.ids.nbytes + sum(one.nbytes for one in parts)

    def append(self, doc: Doc, traits: Traits) -> int:
        """Put a report at the end; its row."""
        row = self.ids.append(doc.id)
        codes = sorted(filter(None, map(_code, traits.marks.houses | traits.marks.flats)))
        self.features.extend(numbers(traits))
        self.ends.extend(np.array([len(self.features.view)]))
        self._codes.extend(np.array(codes, dtype=np.int32))
        self._code_ends.extend(np.array([len(self._codes.view)]))
        for column, value in (
            (self.times, doc.at.timestamp()),
            (self.lats, nan if doc.lat is None or doc.lon is None else doc.lat),
            (self.lons, nan if doc.lat is None or doc.lon is None else doc.lon),
            (self.places, name_number(doc.place)),
            (self.areas, name_number(doc.area)),
            (self.fresh, traits.marks.fresh),
            (self.gone, False),
        ):
            column.extend(np.array([value]))
        return row

    def copy_row(self, other: EventStore, row: int) -> int:
        """Take over a row of another store."""
        made = self.ids.append(other.ids.name(row))
        self.features.extend(other.features_of(row))
        self.ends.extend(np.array([len(self.features.view)]))
        self._codes.extend(_slice(other._codes, other._code_ends, row))
        self._code_ends.extend(np.array([len(self._codes.view)]))
        for name in ("times", "lats", "lons", "places", "areas", "fresh", "gone"):
            getattr(self, name).extend(getattr(other, name).view[row : row + 1])
        return made

    def features_of(self, row: int) -> Array:
        """Numbers of the features of a row, sorted."""
        return _slice(self.features, self.ends, row)

    def sizes(self, rows: Array) -> Array:
        """How many features rows have."""
        ends = self.ends.view
        return ends[rows] - np.where(rows > 0, ends[rows - 1], 0)

    def spread(self, rows: Array) -> tuple[Array, Array]:
        """The features of rows one after the other, and where each row begins."""
        sizes = self.sizes(rows)
        begins = np.cumsum(sizes) - sizes
        at = np.repeat(self.ends.view[rows] - sizes - begins, sizes)
        at += np.arange(len(at))
        return self.features.view[at], begins

    def docs(self, rows: Array, asked: Doc) -> Iterator[tuple[Doc, Marks]]:
        """Rows as far as they are known, for comparing with the report asked about."""
        columns = (self.times, self.lats, self.lons, self.places, self.fresh)
        values = zip(*(one.view[rows].tolist() for one in columns), strict=True)
        place_asked = name_number(asked.place)
        for row, size, (time, lat, lon, place, fresh) in zip(
            rows.tolist(), self.sizes(rows).tolist(), values, strict=True
        ):
            said = [
                f"{code >> 2}{_UNITS[code & 3]}"
                for code in _slice(self._codes, self._code_ends, row).tolist()
            ]
            flats = frozenset(one for one in said if one.endswith("室"))
            named = None if not place else asked.place if place == place_asked else _OTHER
            pointed = lat == lat
            at = datetime.fromtimestamp(time, UTC)
            held = Doc(self.ids.name(row), "", lat if pointed else None, lon if pointed else None, at, named)
            yield held, Marks(size, frozenset(said) - flats, flats, fresh)


def named_numbers(traits: Traits) -> dict[int, str]:
    """Features of a text by their numbers; of two with one number the later in the alphabet."""
    found: dict[int, str] = {}
    for one in traits.features:
        number = number_of(one)
        if one > found.get(number, ""):
            found[number] = one
    return found


def numbers(traits: Traits) -> Array:
    """Numbers of the features of a text, sorted."""
    return np.unique(np.array([number_of(one) for one in traits.features], dtype=np.uint32))


def _slice(values: Growing, ends: Growing, row: int) -> Array:
    return values.view[int(ends.view[row - 1]) if row else 0 : int(ends.view[row])]


def _code(name: str) -> int | None:
    """A house or flat as a number; None for one beyond all sense."""
    found = _CODE.fullmatch(name)
    if found is None or len(found[1]) > 6:
        return None
    return int(found[1]) << 2 | _UNITS.index(found[2])
