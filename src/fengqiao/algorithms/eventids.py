"""Ids of many rows held as bytes, found by a hash table of numbers: no Python object for each row."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from fengqiao.algorithms.growing import Growing

_FREE, _GONE = -1, -2


class IdTable:
    """Slots by id. Open addressing with linear steps; the table doubles when it is more than half full."""

    def __init__(self) -> None:
        self._text = Growing(np.uint8)
        self._ends = Growing(np.int64)
        self._table = np.full(64, _FREE, dtype=np.int32)
        self._taken = 0  # places of the table that are not free, those left by removed ids too
        self._held = 0

    def __len__(self) -> int:
        return self._held

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._text.nbytes + self._ends.nbytes + self._table.nbytes

    def name(self, slot: int) -> str:
        """The id that was given to a slot."""
        ends = self._ends.view
        begun = int(ends[slot - 1]) if slot else 0
        return self._text.view[begun : int(ends[slot])].tobytes().decode("utf-8", "surrogatepass")

    def find(self, name: str) -> int | None:
        """The slot of an id; None when it is not there."""
        place = self._place(name)
        return None if place is None else int(self._table[place])

    def append(self, name: str) -> int:
        """Give the next slot to an id that is not there yet."""
        slot = len(self._ends.view)
        raw = np.frombuffer(name.encode("utf-8", "surrogatepass"), dtype=np.uint8)
        self._text.extend(raw)
        self._ends.extend(np.array([len(self._text.view)], dtype=np.int64))
        if 2 * self._taken >= len(self._table):
            self._grow()
        self._put(name, slot)
        self._held += 1
        return slot

    def remove(self, name: str) -> int | None:
        """Forget an id; its slot stays taken. None when it is not there."""
        place = self._place(name)
        if place is None:
            return None
        slot = int(self._table[place])
        self._table[place] = _GONE
        self._held -= 1
        return slot

    def _steps(self, name: str) -> int:
        raw = name.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little") & (len(self._table) - 1)

    def _place(self, name: str) -> int | None:
        at, mask = self._steps(name), len(self._table) - 1
        while (slot := int(self._table[at])) != _FREE:
            if slot >= 0 and self.name(slot) == name:
                return at
            at = (at + 1) & mask
        return None

    def _put(self, name: str, slot: int) -> None:
        at, mask = self._steps(name), len(self._table) - 1
        while self._table[at] != _FREE:
            at = (at + 1) & mask
        self._table[at] = slot
        self._taken += 1

    def _grow(self) -> None:
        slots = self._table[self._table >= 0].tolist()
        self._table = np.full(max(64, 1 << (4 * len(slots)).bit_length()), _FREE, dtype=np.int32)
        self._taken = 0
        for slot in slots:
            self._put(self.name(slot), slot)
