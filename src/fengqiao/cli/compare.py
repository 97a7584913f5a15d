"""compare: is it more or less than before, and could that be chance? Without a database."""

from __future__ import annotations

import argparse
import json
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fengqiao.algorithms.comparison import Comparison
    from fengqiao.algorithms.dispersion import Dispersion
    from fengqiao.algorithms.sentences import Sentence

AGAINST = ("year", "month", "before")


def register(commands: Any) -> None:
    """Add the commands of this group."""
    compare = commands.add_parser("compare", help="两期的数比一比：多了少了，会不会只是偶然（不用数据库）")
    compare.add_argument("--now", default="", help="本期的件数")
    compare.add_argument("--before", default="", help="对比期的件数")
    compare.add_argument("--per-now", default="1", help="本期的分母（户数、人数、天数），可不给")
    compare.add_argument("--per-before", default="1", help="对比期的分母")
    compare.add_argument(
        "--against",
        choices=AGAINST,
        default="year",
        help="同比 year（历史里同月比同月）、环比 month、措施前后 before（季节算作平常的起落）",
    )
    compare.add_argument("--history", type=Path, help="历年同样长短期间的件数（CSV、XLSX），用来算平常的起落")
    compare.add_argument("--json", action="store_true")
    compare.set_defaults(do=do_compare)


def do_compare(args: argparse.Namespace) -> int:
    """Compare two counts and say it in words; figures that cannot be compared end with 2 and what to do."""
    from fengqiao.algorithms.comparison import compare
    from fengqiao.algorithms.comparisonfaults import ComparisonError
    from fengqiao.algorithms.comparisonwords import earlier, in_words, last_period, last_year
    from fengqiao.algorithms.filefaults import FileFault

    try:
        found = compare(
            int(_number(args.now, "--now", whole=True)),
            int(_number(args.before, "--before", whole=True)),
            now_per=_number(args.per_now, "--per-now"),
            before_per=_number(args.per_before, "--per-before"),
            dispersion=_swings(args.history, args.against) if args.history else None,
        )
    except (ComparisonError, FileFault) as fault:
        print(f"没有比成：{fault.args[0]}", file=sys.stderr)
        return 2
    words = in_words(found, {"year": last_year, "month": last_period, "before": earlier}[args.against]())
    if args.json:
        print(json.dumps(_as_json(found, words), ensure_ascii=False, allow_nan=False))
        return 0
    print("\n".join(words))
    return 0


def _swings(path: Path, against: str) -> Dispersion:
    """The usual swings of a history, as the comparison needs them."""
    from fengqiao.algorithms.comparisonhistory import read_history
    from fengqiao.algorithms.dispersion import dispersion_of

    return dispersion_of(read_history(path, same_season=against == "year"))


def _number(said: str, option: str, *, whole: bool = False) -> float:
    """A number from the command line. Raises ComparisonError, naming the option."""
    from fengqiao.algorithms.comparisonfaults import ComparisonError

    if not said.strip():
        raise ComparisonError(f"请给出 {option}，例如 --now 80 --before 100")
    try:
        number = float(said.replace(",", ""))
    except ValueError:
        number = float("nan")
    if not isfinite(number) or (whole and number != int(number)):
        kind = "整数" if whole else "数字"
        raise ComparisonError(f"{option} 写的“{said[:20]}”不是{kind}，请改成 80 这样的{kind}")
    return number


def _as_json(found: Comparison, words: tuple[Sentence, ...]) -> dict[str, Any]:
    from django.utils import translation

    from fengqiao.algorithms.comparison import needed
    from fengqiao.lib.wording import translated

    change, swings = found.change, found.dispersion
    with translation.override("en"):
        english = [translated(one) for one in words]
    return {
        "now": found.now,
        "before": found.before,
        "per_now": found.now_per,
        "per_before": found.before_per,
        "ratio": _figure(found.ratio),
        "change": _figure(change),
        "low": _figure(found.low),
        "high": _figure(found.high),
        "chance": _figure(found.chance),
        "clear": found.clear,
        "swings": None
        if swings is None
        else {
            "dispersion": _figure(swings.typical),
            "swing": _figure(swings.swing),
            "periods": swings.periods,
        },
        "needed_before": needed(change, swings, size=found.now_per / found.before_per) if change else None,
        "words": list(words),
        "words_en": english,
    }


def _figure(value: float | None) -> float | None:
    """A figure as JSON can say it: without bound is null."""
    return None if value is None or not isfinite(value) else round(value, 6)
