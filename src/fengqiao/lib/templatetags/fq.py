"""Template tags and filters of the design system; docs/reference/components.md shows each with an example.

No tag writes a style attribute or a script: widths are SVG attributes, colours are classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fengqiao.algorithms import redact
from fengqiao.lib import icons, jswords, present, wording
from fengqiao.lib.heatgrid import HeatGrid

register = template.Library()

Context = template.Context


@register.simple_tag
def icon(name: str, label: object = "", extra: str = "") -> SafeString:
    """An inline icon; with a label it is an image with that name, without it is decoration."""
    return icons.svg(str(name), label=str(label), extra=extra)


@register.simple_tag
def chip(text: object, tone: str = "", icon: str = "", outline: bool = False) -> SafeString:
    """A state or a kind in a small box. tone: ok, bad, wait, acc, sev1 ... sev4 or nothing."""
    names = {"ok": "c-ok", "bad": "c-bad", "wait": "c-wait", "acc": "c-acc"}
    css = " ".join(filter(None, ["chip", names.get(tone, tone), "chip-o" if outline else ""]))
    return format_html('<span class="{}">{}{}</span>', css, icons.svg(icon) if icon else "", text)


@register.simple_tag
def severity_chip(number: int, text: object = "") -> SafeString:
    """The chip of a severity 1 to 4 (紧急 较急 一般 轻微); `text` is added after the word."""
    word = present.SEVERITY_WORDS[int(number)]
    label = f"{word} · {text}" if text else word
    return chip(label, f"sev{int(number)}", present.SEVERITY_ICONS[int(number)])


@register.simple_tag
def kind_chip(code: str, text: object, tone: str = "acc") -> SafeString:
    """The chip of a kind of matter, with the kind's icon."""
    return chip(text, tone, present.KIND_ICONS.get(code, "dots"))


@register.simple_tag
def avatar(name: str, small: bool = False, grey: bool = False) -> SafeString:
    """The round initial of a person; decoration, so the name must stand beside it."""
    css = "ava" + (" ava-s" if small else "") + (" ava-g" if grey else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, present.initial(str(name)))


@register.simple_tag
def bar(percent: float, tone: str = "") -> SafeString:
    """A thin bar filled to `percent` (0 to 100); decoration, so the figure must stand beside it."""
    filled = min(100.0, max(0.0, float(percent)))
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-b" width="100" height="6"/><rect class="bar-v" width="{}" height="6"/></svg>',
        tone,
        f"{filled:g}",
    )


@register.simple_tag
def moment(
    value: datetime | date | None, day: bool = False, weekday: bool = False, empty: str = ""
) -> SafeString:
    """A <time> in plain words: 今天 09:14. `day` leaves the clock out, `weekday` adds 周二."""
    if value is None:
        return format_html("{}", empty)
    words = (present.humane_day if day else present.humane)(value, weekday=weekday)
    return format_html('<time datetime="{}">{}</time>', present.iso(value), words)


@register.simple_tag(name="time_left")
def time_left_tag(due: datetime | None, bare: bool = False) -> SafeString:
    """How long is left until `due`, coloured when it is soon or over; `bare` leaves out 还剩."""
    if due is None:
        return mark_safe("")
    left = present.time_left(due)
    css = f"left t-{left.tone}" if left.tone else "left"
    words = left.bare if bare else left.text
    return format_html('<time class="{}" datetime="{}">{}</time>', css, present.iso(due), words)


@register.filter
def highlight(text: str, words: Iterable[str]) -> SafeString:
    """The text escaped, the words in it marked."""
    return present.highlight(str(text), words)


@register.filter
def humane(value: datetime | date | None) -> str:
    """今天 09:14, 11 月 18 日 17:32."""
    return present.humane(value) if value else ""


@register.filter
def humane_day(value: datetime | date | None) -> str:
    """今天, 11 月 18 日."""
    return present.humane_day(value) if value else ""


@register.filter
def full_day(value: datetime | date | None) -> str:
    """11 月 23 日, never 今天."""
    return present.full_day(value) if value else ""


@register.filter
def full_weekday(value: datetime | date | None) -> str:
    """11 月 23 日 星期一."""
    return present.full_day(value, weekday=True) if value else ""


@register.filter
def named(item: present.Named) -> str:
    """The name of a category, a level or a role in the language of the page."""
    return present.named(item)


@register.filter
def dash(value: object) -> SafeString:
    """The value, or a dash for nothing; on a narrow screen a cell with only a dash is left out."""
    said = str(value if value is not None else "")
    return format_html("{}", said) if said else mark_safe('<span class="none">—</span>')


@register.filter
def yuan(amount: Decimal | int | None) -> str:
    """A sum of money: 8,900; fen are shown where there are any."""
    if amount is None:
        return ""
    return f"{amount:,.2f}".removesuffix(".00")


@register.filter
def listed(words: Iterable[object]) -> str:
    """甲、乙: words one after the other."""
    return wording.listed(words)


@register.filter
def short_day(value: datetime | date | None) -> str:
    """11-18."""
    return present.short_day(value) if value else ""


@register.filter(name="time_left")
def time_left_filter(due: datetime | None) -> str:
    """还剩 2 天 9 小时, 超期 3 小时: the words alone."""
    return present.time_left(due).text if due else ""


@register.filter
def mask_phone(number: str | None) -> str:
    """138****5120."""
    return present.mask_phone(str(number or ""))


@register.filter
def mask_name(name: str | None) -> str:
    """张*华."""
    return present.mask_name(str(name or ""))


@register.filter
def masked(text: object, on: object = True) -> str:
    """The text with personal numbers masked, where ``on``; one that was cut through at the end is masked too."""
    return redact.mask_cut(str(text or "")) if on else str(text or "")


@register.inclusion_tag("fq/brand.html")
def brand_mark() -> dict[str, Any]:
    """The bridge, as decoration."""
    return {}


@register.inclusion_tag("fq/timeline.html")
def timeline(items: Iterable[present.TimelineItem], label: object = "") -> dict[str, Any]:
    """An ordered list of steps; the order is the caller's (newest first on the desk, oldest first outside)."""
    return {"items": items, "label": label}


@register.inclusion_tag("fq/ladder.html")
def ladder(steps: Sequence[present.LadderStep], label: object = "") -> dict[str, Any]:
    """The levels of handling with the date and outcome of each."""
    return {"steps": steps, "label": label or _("办到哪一级")}


@register.inclusion_tag("fq/promise_row.html")
def promise_row(text: object, state: str, detail: object = "") -> dict[str, Any]:
    """One promise: state kept, late, broken, open, overdue or dropped."""
    icon_name, tone, word = present.PROMISE_LOOKS[state]
    return {"text": text, "detail": detail, "icon": icon_name, "tone": tone, "word": word}


@register.inclusion_tag("fq/option_row.html")
def option_row(
    key: str, label: object, percent: float, name: str = "", value: object = "", checked: bool = False
) -> dict[str, Any]:
    """One proposal with its confidence; with a `name` it is a radio button that the key presses."""
    return {
        "key": key, "label": label, "percent": percent, "name": name, "value": value, "checked": checked,
    }  # fmt: skip


@register.inclusion_tag("fq/next_step.html")
def next_step(
    text: object, by: datetime | None = None, who: object = "", note: object = "", heading: object = ""
) -> dict[str, Any]:
    """The one box of a screen that says who does what by when."""
    return {"text": text, "by": by, "who": who, "note": note, "heading": heading or _("下一步")}


@register.inclusion_tag("fq/empty.html")
def empty_state(
    title: object, how: object = "", icon: str = "inbox", url: str = "", action: object = ""
) -> dict[str, Any]:
    """What an empty list says: why it is empty and how it fills."""
    return {"title": title, "how": how, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("fq/error_state.html")
def error_state(
    what: object, safe: object = "", todo: object = "", url: str = "", action: object = ""
) -> dict[str, Any]:
    """What happened, what is safe, what to do."""
    return {"what": what, "safe": safe, "todo": todo, "url": url, "action": action}


@register.inclusion_tag("fq/segment.html")
def segment(options: Sequence[present.Option], label: object) -> dict[str, Any]:
    """Two to four views of the same thing as links side by side."""
    return {"options": options, "label": label}


@register.inclusion_tag("fq/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Earlier and later, keeping the other parameters of the address."""
    request = context["request"]

    def address(number: int) -> str:
        query = request.GET.copy()
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("fq/pager_links.html")
def pager_links(previous: str = "", next: str = "", words: object = "") -> dict[str, Any]:
    """Earlier and later for lists that are cut by a key rather than by page numbers."""
    return {"previous": previous, "next": next, "words": words}


@register.inclusion_tag("fq/heat_grid.html")
def heat_grid(grid: HeatGrid) -> dict[str, Any]:
    """The grid as SVG, its key, and the same figures as a table."""
    return {"grid": grid}


@register.inclusion_tag("fq/bar_list.html")
def bar_list(rows: Iterable[present.BarRow], label: object, unit: object = "") -> dict[str, Any]:
    """A short list of counts with bars against the largest."""
    found = list(rows)
    top = max((row.value for row in found), default=0) or 1
    return {"rows": [(row, 100 * row.value / top) for row in found], "label": label, "unit": unit}


@register.inclusion_tag("fq/map.html")
def map_box(
    name: str,
    data: dict[str, Any] | None = None,
    label: object = "",
    *,
    url: str = "",
    pick: str = "",
    tiles: str = "",
    credit: str = "",
    size: str = "m",
    twin: str = "",
    live: str = "",
    every: int = 0,
) -> dict[str, Any]:
    """A map of our own GeoJSON. `pick` names the two hidden inputs ("id_lat id_lon") a tap writes into.

    `data` is embedded as JSON, `url` is fetched once from this site, `live` again every so many seconds;
    `twin` is the id of the list that says the same; `size` s (still), m, l or full.
    """
    return {
        "name": name, "source": f"{name}-data", "data": data, "label": label or _("地图"), "url": url,
        "pick": pick.split(), "tiles": tiles, "credit": credit, "size": size, "twin": twin,
        "live": live, "every": every,
    }  # fmt: skip


@register.inclusion_tag("fq/toast.html", takes_context=True)
def toast(
    context: Context, text: object, undo_url: str = "", seconds: int = 10, key: str = "Z"
) -> dict[str, Any]:
    """What was just done, with an undo that counts down; without scripts the button simply stays."""
    return {
        "text": text, "undo_url": undo_url, "seconds": seconds, "key": key,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


@register.inclusion_tag("fq/words.html")
def js_words() -> dict[str, Any]:
    """The words our scripts need, in the language of the page."""
    return {"words": jswords.words()}
