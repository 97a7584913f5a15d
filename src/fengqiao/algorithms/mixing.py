"""Spreading numbers over all their bits, so that near ones end far apart: for hashes and codes of tokens.

Method: the finalizer of splitmix64 (Steele, Lea and Flood 2014). Model files hold what comes out: it may never change.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Wide = npt.NDArray[np.uint64]


def spread_bits(value: Wide) -> Wide:
    """Each number spread over all 64 bits; different numbers stay different."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
