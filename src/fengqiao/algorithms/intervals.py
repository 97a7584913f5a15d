"""How far a share may lie from the one counted, by chance alone.

Question: of ``n`` cases ``k`` went well; between which bounds does the share of many more such cases lie?
Limits: cases are taken as independent and alike; what was never reported is not in it.
Sources: E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212; C. J. Clopper and E. S.
Pearson, Biometrika 26 (1934), 404-413, whose bounds are never too narrow, however few the cases.
"""

from __future__ import annotations

from math import sqrt

Z95 = 1.959964
"""The standard normal quantile that leaves 2.5 % on either side."""


def share_interval(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a share, both bounds within 0 and 1; everything is possible when ``n`` is 0.

    Raises ``ValueError`` for negative counts and for more hits than cases.
    """
    if not 0 <= k <= n:
        raise ValueError("a share needs 0 <= k <= n")
    if n == 0:
        return 0.0, 1.0
    share, square = k / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * sqrt(share * (1 - share) / n + square / n / 4)
    return (0.0 if k == 0 else middle - half), (1.0 if k == n else middle + half)


def exact_share_interval(k: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share: 54 of 57, or 95 %, is 85 % to 99 %.

    Raises ``ValueError`` for negative counts and for more hits than cases.
    """
    from scipy.special import betaincinv

    if not 0 <= k <= n:
        raise ValueError("a share needs 0 <= k <= n")
    low = float(betaincinv(k, n - k + 1, 0.025)) if k else 0.0
    high = float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0
    return low, high
