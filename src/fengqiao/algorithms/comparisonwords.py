"""A comparison in plain words: the count first, then the change with its interval, then whether it could be chance.

"80, last year 100: -20 % (-41 % to +8 %): could be chance". Behind it what else the reader must know: how many cases a
change of that size needs before it can be told from chance, that no usual swings were known, that the history given
looks like another kind of period. Sentences are Chinese and carry their pattern, so a catalogue puts them into English.
"""

from __future__ import annotations

from math import isinf

from fengqiao.algorithms.comparison import Comparison, needed
from fengqiao.algorithms.intervals import exact_share_interval
from fengqiao.algorithms.sentences import Sentence, sentence

_MANY_TIMES = 10.0  # from this ratio on people say "12 times", not "+1100 %"
_UNLIKE = 3.0  # a count so many times above or below the mean of a history does not belong to it


def last_year() -> Sentence:
    """Against the same period of last year (year on year)."""
    return sentence("去年同期")


def last_period() -> Sentence:
    """Against the period just before (month on month)."""
    return sentence("上一期")


def earlier() -> Sentence:
    """Against the time before a measure."""
    return sentence("之前")


def in_words(found: Comparison, against: Sentence) -> tuple[Sentence, ...]:
    """The comparison in one sentence, then what to bear in mind. ``against``: what stands for "before"."""
    said = (
        _headline(found, against),
        _needed_in_words(found, against),
        _unlike_history(found),
        _no_history(found),
    )
    return tuple(one for one in said if one is not None)


def share_in_words(k: int, n: int) -> Sentence:
    """A share with its exact interval: 95 % of 57 is 85 to 99 %. Raises ValueError as ``exact_share_interval``."""
    low, high = exact_share_interval(k, n)
    if n == 0:
        return sentence("一个也没有，算不出比例")
    return sentence(
        "%(n)s 个里 %(k)s 个，%(share)s（%(low)s 到 %(high)s）",
        n=n, k=k, share=f"{k / n:.0%}", low=f"{low:.0%}", high=f"{high:.0%}",
    )  # fmt: skip


def _headline(found: Comparison, against: Sentence) -> Sentence:
    if found.now == 0 and found.before == 0:
        return sentence("%(against)s和现在都是 0：没有可以比的", against=against)
    verdict = _verdict(found)
    if found.ratio is None:
        return sentence(
            "%(now)s，%(against)s 0：从 0 起算不出百分比；%(verdict)s",
            now=found.now, against=against, verdict=verdict,
        )  # fmt: skip
    parts = {
        "now": found.now, "against": against, "before": found.before, "change": _change(found.ratio),
        "low": _change(found.low), "high": _change(found.high), "verdict": verdict,
    }  # fmt: skip
    if found.now_per == found.before_per:
        return sentence(
            "%(now)s，%(against)s %(before)s：%(change)s（%(low)s 到 %(high)s）：%(verdict)s", **parts
        )
    return sentence(
        "%(now)s（分母 %(now_per)s），%(against)s %(before)s（分母 %(before_per)s），按分母折算 %(change)s"
        "（%(low)s 到 %(high)s）：%(verdict)s",
        now_per=f"{found.now_per:.10g}", before_per=f"{found.before_per:.10g}", **parts,
    )  # fmt: skip


def _verdict(found: Comparison) -> Sentence:
    if not found.clear:
        return sentence("可能只是偶然")
    more = found.low > 1
    if found.dispersion is None:
        return sentence("光凭偶然难得多这么多") if more else sentence("光凭偶然难得少这么多")
    return sentence("确实多了") if more else sentence("确实少了")


def _change(ratio: float) -> str | Sentence:
    """A ratio as people say it: -20 %, +8 %, 12 times."""
    if isinf(ratio):
        return sentence("没有上限")
    if ratio >= _MANY_TIMES:
        return sentence("%(times)s 倍", times=f"{ratio:.0f}")
    percent = (ratio - 1) * 100
    digits = 0 if abs(percent) >= 1 or percent == 0 else 1
    return f"{percent:+.{digits}f} %" if percent else "0 %"


def _needed_in_words(found: Comparison, against: Sentence) -> Sentence | None:
    """Only where a change is seen that is not clear."""
    if found.clear or found.ratio is None or found.ratio == 1:
        return None
    enough = needed(found.ratio - 1, found.dispersion, size=found.now_per / found.before_per)
    if enough is None:
        swing = found.dispersion.swing if found.dispersion else 0.0
        return sentence(
            "平常每期就有约 %(swing)s 的起落，只比两期，再多的数也看不清 %(change)s：请把几期并起来比",
            swing=f"±{swing * 100:.0f} %", change=_change(found.ratio),
        )  # fmt: skip
    if enough <= found.before:
        return None
    return sentence(
        "要看清 %(change)s 这样的变化，%(against)s大约要有 %(enough)s 起",
        change=_change(found.ratio), against=against, enough=enough,
    )  # fmt: skip


def _unlike_history(found: Comparison) -> Sentence | None:
    level = found.dispersion.level if found.dispersion else 0.0
    if level <= 0 or max(found.now, found.before) == 0:
        return None
    pair = (found.now + found.before) / 2
    if level / _UNLIKE <= pair <= level * _UNLIKE:
        return None
    return sentence(
        "历史数据平均每期 %(level)s，和这两期差得远：请核对是不是同样长短的期间",
        level=f"{level:.1f}",
    )  # fmt: skip


def _no_history(found: Comparison) -> Sentence | None:
    if found.dispersion is not None:
        return None
    return sentence("没有历史数据：只算了偶然，没有算平常的起落，真实的范围多半更宽")
