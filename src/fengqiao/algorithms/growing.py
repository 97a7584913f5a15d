"""A numpy array that grows at its end, by half its size when it is full."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Growing:
    """`view` is what was put in; it is no copy, so it must not be kept over a call of `extend`."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._array: npt.NDArray[Any] = np.empty(16, dtype=dtype)
        self._size = 0

    @property
    def view(self) -> npt.NDArray[Any]:
        """All values, in order."""
        return self._array[: self._size]

    @property
    def nbytes(self) -> int:
        """Bytes held, those kept for growth too."""
        return self._array.nbytes

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Put values at the end."""
        size = self._size + len(values)
        if size > len(self._array):
            wider = np.empty(max(size, len(self._array) * 3 // 2), dtype=self._array.dtype)
            wider[: self._size] = self.view
            self._array = wider
        self._array[self._size : size] = values
        self._size = size
