"""What the pages of the gallery show: an invented place, the same figures every time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator

from fengqiao.lib.heatgrid import HeatGrid
from fengqiao.lib.present import BarRow, LadderStep, NavItem, Option
from fengqiao.lib.present import TimelineItem as Item

NOW = datetime(2026, 11, 22, 14, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
LAT, LON = 29.7120, 120.2510
Point = tuple[float, float, dict[str, Any]]


def navigation() -> list[Any]:
    """The nine rooms of the desk."""
    return [
        NavItem("inbox", "收件", "inbox", "#", 7),
        NavItem("mine", "我的事项", "list-check", "#", 12),
        NavItem("due", "到期", "clock", "#", 3, late=True),
        NavItem("mediation", "调解", "messages", "#", 9),
        NavItem("visits", "走访检查", "clipboard-check", "#", 26),
        NavItem("patrols", "巡防", "route", "#"),
        NavItem("teams", "队伍", "users", "#"),
        NavItem("insight", "研判", "chart-dots", "#", group="看全局"),
        NavItem("settings", "设置", "settings", "#"),
    ]


def tabs() -> list[Any]:
    """The four tabs of the field door."""
    return [
        NavItem("today", "今天", "checklist", "#"),
        NavItem("note", "记一笔", "pencil", "#"),
        NavItem("matters", "我的事项", "list-check", "#", 2, late=True),
        NavItem("me", "我的", "user-check", "#"),
    ]


class Example(forms.Form):
    """Every kind of field once."""

    title = forms.CharField(label="说成一句话", max_length=60, help_text="谁看都明白的一句")
    kind = forms.ChoiceField(label="是哪一类", choices=[("", "请选"), ("d", "纠纷"), ("h", "隐患")])
    words = forms.CharField(label="原话", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    due = forms.DateField(label="最晚哪天", widget=forms.DateInput(attrs={"type": "date"}))
    channel = forms.ChoiceField(
        label="从哪里来", choices=[("t", "电话"), ("w", "当面"), ("r", "走访")], widget=forms.RadioSelect
    )
    who = forms.MultipleChoiceField(
        label="请谁一起办",
        required=False,
        choices=[("g", "网格员"), ("l", "社区律师")],
        widget=forms.CheckboxSelectMultiple,
    )
    tell = forms.BooleanField(label="有进展时发短信告诉我", required=False)
    photos = forms.FileField(label="照片", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def example_form(bound: bool) -> Any:
    """A form with every kind of field, fresh or refused."""
    return Example({"title": "", "kind": "", "due": "昨天"} if bound else None, prefix="b" if bound else "a")


def spot(east: float, north: float) -> list[float]:
    """Longitude and latitude of a point so many 10^-4 degrees from the middle."""
    return [round(LON + east / 1e4, 6), round(LAT + north / 1e4, 6)]


def polygon(south: float, west: float, north: float, east: float) -> dict[str, Any]:
    """A box as a polygon, edges in 10^-4 degrees from the middle."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[spot(x, y) for x, y in corners]]}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    """A line through (east, north) points."""
    return {"type": "LineString", "coordinates": [spot(x, y) for x, y in points]}


def layer(*shapes: dict[str, Any], labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """Shapes as one layer, the first of them labelled."""
    named = [{"label": label} for label in labels] + [{}] * (len(shapes) - len(labels))
    features = [
        {"type": "Feature", "properties": given, "geometry": shape}
        for given, shape in zip(named, shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def example_map() -> dict[str, Any]:
    """A few made-up streets with a pin, as page data for the map."""
    corners = [(x, y) for x in (-42, -20, 2, 24) for y in (-36, -18, 0, 18)]
    houses = [
        polygon(y + dy, x + dx, y + dy + 3, x + dx + 6) for x, y in corners for dx in (2, 10) for dy in (2, 9)
    ]
    areas = (polygon(-37, -43, 34, 0), polygon(-37, 1, 34, 43))
    return {
        "layers": {
            "roads": layer(line((-50, -20), (50, -19)), line((-1, -50), (0, 50)), line((22, -50), (23, 50))),
            "blocks": layer(*(polygon(y, x, y + 15, x + 18) for x, y in corners)),
            "buildings": layer(*houses),
            "river": layer(line((-50, 38), (-10, 36), (20, 40), (50, 37))),
            "areas": layer(*areas, labels=("莲花社区", "金桥社区")),
        },
        "pin": [LAT + 4e-4, LON - 1.5e-3],
        "near": 60,
        "bounds": [[LAT - 3.4e-3, LON - 4e-3], [LAT + 3.4e-3, LON + 4e-3]],
    }


def with_points(data: dict[str, Any], points: list[Point], **more: Any) -> dict[str, Any]:
    """The map with points (east, north in 10^-4 degree, properties) instead of its pin."""
    features = [
        {
            "type": "Feature",
            "properties": given,
            "geometry": {"type": "Point", "coordinates": spot(x, y)},
        }
        for x, y, given in points
    ]
    kept = {key: value for key, value in data.items() if key not in {"pin", "near"}}
    return {**kept, "points": {"type": "FeatureCollection", "features": features}, **more}


def story() -> list[Any]:
    """The matter of the leak, newest first."""

    def at(day: int, hour: int, minute: int) -> datetime:
        return NOW.replace(day=day, hour=hour, minute=minute)

    return [
        Item("，李敏主持；社区律师陈律师、楼长老郑到场", at(24, 19, 30), "将要", "第二次调解", "now"),
        Item("302 户主同意先付一半维修费，要看报价单", at(22, 8, 50), "李敏 · 电话", "", "acc", "note"),
        Item("302 答应 21 日前请师傅查漏，没来", at(21, 18, 0), "到期", "没守住：", "bad"),
        Item(
            "",
            at(20, 19, 30),
            "李敏 · 调解室",
            "第一次调解，1 小时 10 分，没谈成",
            "ok",
            "",
            "两家都认漏水来自 302 淋浴房防水。分歧：202 要 6,800 元，302 只认 2,500 元。",
        ),
        Item("小区没谈成，上报社区", at(19, 9, 40), "王建国", "", "", "stairs-up"),
        Item(
            "“11 栋 202 天花板往下滴水，找楼上没人应。”",
            at(18, 17, 32),
            "随手记 · 反映人不显示",
            "",
            "",
            "message-report",
        ),
    ]


def progress() -> list[Any]:
    """The same for a resident, oldest first, with what is still to come."""
    return [
        Item("您反映了这件事，附 2 张照片", NOW.replace(hour=9, minute=14), tone="ok"),
        Item("值班民警周敏看过，定为较急，交莲花社区", NOW.replace(hour=9, minute=31), tone="ok"),
        Item("等他到现场", "现在", tone="now"),
        Item("告诉您查看的结果，和准备怎么办", "最晚 11 月 25 日", tone="next"),
    ]


STOPS: list[Point] = [
    (-15.0, 4.0, {"kind": "num", "n": 1, "state": "done"}),
    (-1.0, -19.0, {"kind": "num", "n": 2, "state": "on"}),
    (22.0, -19.0, {"kind": "num", "n": 3, "label": "吴阿婆", "text": "走访"}),
]
ROUTE = [[29.7124, 120.2495], [29.7101, 120.2509], [29.7101, 120.2532]]
HOT = {"kind": "sev", "severity": 1, "n": 1, "label": "夜市推搡", "text": "等派，1 分钟", "hot": True}
LIVE: list[Point] = [
    (5.0, 8.0, HOT),
    (-20.0, -4.0, {"kind": "sev", "severity": 2, "n": 3}),
    (28.0, -18.0, {"kind": "sev", "severity": 3, "n": 5}),
    (-8.0, 12.0, {"kind": "unit", "label": "巡2", "state": "free"}),
    (30.0, 10.0, {"kind": "unit", "label": "社4", "state": "busy"}),
]
SAID = "“3 栋 2 单元楼道里停了五六辆电瓶车，从二楼窗户飞线下来充电，昨晚闻到焦味。楼上有老人，怕着火。”"


def heat() -> HeatGrid:
    """A week by the hour, four hours framed."""
    week = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
    counts = [[(r * 7 + c * c) % 11 // 4 * ((r + c) % 3) for c in range(24)] for r in range(7)]
    frames = frozenset({(4, 22), (4, 23), (5, 22), (5, 23)})
    return HeatGrid(week, [str(h) for h in range(24)], counts, "盗窃按星期和小时的件数", frames)


def shell() -> dict[str, Any]:
    """What the bases of the doors read."""
    return {
        "station": "柳溪派出所",
        "station_phone": "0570-555-0110",
        "nav": navigation(),
        "tabs": tabs(),
        "me_name": "周敏",
        "me_line": "值班民警 · 到 18:00",
        "search_url": "#",
        "signout_url": "#",
        "privacy_url": "#",
        "access_url": "#",
    }


def context() -> dict[str, Any]:
    """Everything the pages of the gallery show."""
    plain = example_map()
    return shell() | {
        "form": example_form(bound=False),
        "refused": example_form(bound=True),
        "page": Paginator(range(95), 20).page(2),
        "views": [Option("近 4 周", "#"), Option("近 13 周", "#", on=True), Option("近一年", "#")],
        "words": ["楼道", "电瓶车", "飞线", "充电", "焦味"],
        "said": SAID,
        "grid": heat(),
        "bars": [BarRow("邻里纠纷", 46, "比上周多 3"), BarRow("充电隐患", 31, url="#"), BarRow("噪声", 9)],
        "story": story(),
        "progress": progress(),
        "ladder": [
            LadderStep("村、小区", "done", "11-18 未成"),
            LadderStep("社区", "on", "现在，第 3 天"),
            LadderStep("街道", "to", "不成则 11-25 上报"),
        ],
        "soon": NOW + timedelta(hours=3, minutes=20),
        "later": NOW + timedelta(days=2, hours=9),
        "over": NOW - timedelta(hours=3),
        "now": NOW,
        "map": plain,
        "route_map": with_points(plain, STOPS, route=ROUTE),
        "live_map": with_points(plain, LIVE),
    }
