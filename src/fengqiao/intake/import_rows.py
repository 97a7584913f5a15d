"""One row of a table becomes a checked draft, or a sentence that says what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from fengqiao.intake import compose, rules
from fengqiao.intake.compose import Draft
from fengqiao.intake.drafts import ContactDraft
from fengqiao.intake.placing import Spot, settle
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import MAX_TEXT, clean, digits, one_line
from fengqiao.territory.models import Area

_WHEN = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?(?:\s*[:：分]\s*(\d{1,2})?)?)?[^\d]*$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$")
_TITLE = 200


@dataclass(frozen=True, slots=True)
class RowRules:
    """How the rows of one import are read: its mapping, channel, source, the areas and codes they may name."""

    mapping: Mapping[str, str]
    channel: str
    source: str
    areas: Mapping[str, Area]
    codes: Collection[str]
    root: Area
    now: datetime
    entered_by_id: int | None


def draft_of(cells: Mapping[str, str], rows: RowRules) -> Draft:
    """The draft of a row's cells (by field name). Raises Refusal with what is wrong, in words."""
    title, text = _words(cells)
    said_at = rules.said_time(when(cells.get("reported_at", ""), what=_("时间")), rows.now)
    author, personal = compose.safe_author(cells.get("author", "").strip()[:80])
    external = compose.fits(cells.get("external_id", ""), what=_("编号"), limit=80)
    identity = (
        external or hashlib.sha256(f"{title}\n{text}\n{said_at.isoformat()}\n{author}".encode()).hexdigest()
    )
    return Draft(
        channel=rows.channel,
        origin=str(compose.ORIGINS[rows.channel]),
        key=compose.stored_key(rows.channel, f"{rows.source}/{identity}"),
        text=text,
        said_at=said_at,
        spot=_spot(cells, rows),
        title=title,
        source=rows.source,
        external_id=external,
        author_ref=author,
        outside_due_at=_deadline(cells, said_at),
        contact=_contact(cells, personal),
        entered_by_id=rows.entered_by_id,
        category=_code(cells, rows),
    )


def _words(cells: Mapping[str, str]) -> tuple[str, str]:
    """Title and text; a title too long for its column is kept whole in front of the text."""
    title, body = clean(cells.get("title", "")), cells.get("body", "")
    if len(title) > _TITLE:
        title, body = "", f"{title}\n{body}"
    try:
        return compose.check_words(body, title)
    except Refusal as refusal:
        if refusal.code == "too_long":
            raise Refusal(
                _("内容太长：最多 %(max_text)s 字。请拆成几条") % {"max_text": MAX_TEXT}, code="too_long"
            ) from refusal
        raise Refusal(_("没有内容"), code="missing") from refusal


def when(text: str, *, what: str) -> datetime | None:
    """A time as tables write it, read as the station's wall clock unless it names its own zone; None for nothing.

    Raises Refusal for what is no time: a guess would start a clock nobody agreed to.
    """
    bare = text.strip()
    if not bare:
        return None
    found = _WHEN.match(bare) or _COMPACT.match(bare)
    try:
        if found:
            parts = [int(part or 0) for part in found.groups()]
            return datetime(*parts, tzinfo=clock.LOCAL).astimezone(UTC)  # type: ignore[misc, arg-type]
        moment = datetime.fromisoformat(bare)
    except ValueError as error:
        words = _("%(what)s “%(bare)s” 看不懂，请写成 2026-03-01 09:30 的样子") % {
            "what": what,
            "bare": one_line(bare, limit=30),
        }
        raise Refusal(words, code="bad_time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.LOCAL)).astimezone(UTC)


def _code(cells: Mapping[str, str], rows: RowRules) -> str:
    code = cells.get("category", "").strip().upper()
    if code and code not in rows.codes:
        raise Refusal(
            _("类别代码 “%(code)s” 不认识") % {"code": one_line(code, limit=20)}, code="bad_category"
        )
    return code


def _deadline(cells: Mapping[str, str], said_at: datetime) -> datetime | None:
    found = when(cells.get("deadline", ""), what=_("答复期限"))
    if found is not None and found < said_at:
        raise Refusal(_("答复期限早于受理时间，请核对"), code="bad_time")
    return found


def _contact(cells: Mapping[str, str], personal: str) -> ContactDraft | None:
    """What to seal of a row. A number as an outside office wrote it is kept even when nobody could call it."""
    name = one_line(cells.get("name", "") or personal, limit=200)
    phone = cells.get("phone", "").strip()[:60]
    if not name and not phone:
        return None
    return ContactDraft(name, digits(phone) or phone)


def _spot(cells: Mapping[str, str], rows: RowRules) -> Spot:
    words = re.sub(r"\s+", " ", clean(cells.get("place", "")))
    if len(words) > 160:
        words = f"{words[:159]}…"  # the outside sheet keeps the whole address; here it is a pointer
    lat, lon = _number(cells.get("lat", ""), _("纬度")), _number(cells.get("lon", ""), _("经度"))
    named = cells.get("area", "").strip()
    area = rows.areas.get(named)
    if named and area is None and named not in words:
        words = f"{named} {words}".strip()[:160]
    if lat is None and lon is None and area is None:
        return Spot(rows.root, None, words, None, None, True)
    return settle(area=area, place_text=words, lat=lat, lon=lon)


def _number(text: str, what: str) -> float | None:
    bare = text.strip()
    if not bare:
        return None
    try:
        return float(bare)
    except ValueError as error:
        raise Refusal(
            _("%(what)s “%(bare)s” 不是数字") % {"what": what, "bare": one_line(bare, limit=20)},
            code="bad_point",
        ) from error
