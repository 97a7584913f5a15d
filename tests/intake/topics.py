"""A topic in the cast's township: several people, weeks apart, about the same thing; and what others speak of."""

from __future__ import annotations

from datetime import timedelta

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import receive_report
from fengqiao.intake.drafts import ContactDraft
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from tests.cast import NOW, Cast

BINS = (
    "锦澜苑垃圾房臭味大，夏天不敢开窗",
    "锦澜苑垃圾房没人清，臭味飘到楼上",
    "锦澜苑的垃圾房又臭了，垃圾堆到路上",
    "垃圾房臭得厉害，锦澜苑好几栋都闻得到",
    "锦澜苑垃圾房污水流出来，臭味很重",
    "锦澜苑垃圾房门口垃圾成堆，臭",
)
OTHERS = (
    "巷口路灯晚上不亮",
    "电梯坏了两天",
    "快递被人拿错",
    "狗叫一晚上",
    "井盖松动",
    "停车位被占",
    "自来水发黄",
)


def tell(cast: Cast, text: str, n: int, *, days: float, where: str = "jinlan", **more: object) -> Report:
    """Somebody with a telephone of their own said this so many days ago."""
    with clock.at(NOW - timedelta(days=days)):
        given: dict[str, object] = {
            "by": RESIDENT,
            "channel": "portal",
            "text": text,
            "key": f"topic-{where}-{n}-{days}",
            "place": cast.places[where],
            "contact": ContactDraft("张三", f"1380000{n:04d}", False),
            "anonymous": False,
            **more,
        }
        return receive_report(**given).report  # type: ignore[arg-type]


def raise_topic(cast: Cast, *, where: str = "jinlan", people: int = len(BINS)) -> list[Report]:
    """So many people speak of the bins within two weeks, and others of other things."""
    for n, text in enumerate(OTHERS):
        tell(cast, text, 500 + n, days=30 + n, where=where)
    words = [text if where == "jinlan" else text.replace("锦澜苑", "杨湾") for text in BINS]
    return [tell(cast, text, n, days=14 - 2 * n, where=where) for n, text in enumerate(words[:people])]
