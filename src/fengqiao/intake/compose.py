"""From somebody's words to rows: checked once, the same way for one report and for a file of thousands."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.intake import rules
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState, SuggestionField
from fengqiao.intake.drafts import ContactDraft
from fengqiao.intake.engine import Reading
from fengqiao.intake.models import Contact, Report, ReportEvent, Suggestion
from fengqiao.intake.placing import Spot
from fengqiao.lib.crypto import blind_index, keyring
from fengqiao.lib.errors import Refusal
from fengqiao.lib.ids import new_receipt_code
from fengqiao.lib.text import clean, digits, one_line
from fengqiao.matters import clockwork
from fengqiao.matters.choices import Origin
from fengqiao.matters.models import Category

ORIGINS: dict[str, str] = {
    Channel.PORTAL: Origin.RESIDENT,
    Channel.PHONE: Origin.RESIDENT,
    Channel.WALK_IN: Origin.RESIDENT,
    Channel.CHAT: Origin.RESIDENT,
    Channel.CALL_110: Origin.RESIDENT,
    Channel.HOTLINE: Origin.RESIDENT,
    Channel.ROUND: Origin.PATROL,
    Channel.FIELD: Origin.STAFF,
    Channel.API: Origin.PARTNER,
    Channel.BUNDLE: Origin.PARTNER,
    Channel.FILE: Origin.IMPORT,
}
"""Who noticed it, unless the door says otherwise: a call passed on by a hotline is still a resident's."""

_PHONE = re.compile(r"\d{5,15}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A report whose every value was checked, not yet written."""

    channel: str
    origin: str
    key: str
    text: str
    said_at: datetime
    spot: Spot
    title: str = ""
    source: str = ""
    external_id: str = ""
    author_ref: str = ""
    outside_due_at: datetime | None = None
    contact: ContactDraft | None = None
    about_id: int | None = None
    avoid: frozenset[int] = field(default_factory=frozenset)
    entered_by_id: int | None = None
    severity_at_most: int | None = None
    category: str = ""  # a code the file itself gives

    @property
    def words(self) -> str:
        """All that was said, for the text engines."""
        return f"{self.title}\n{self.text}" if self.title else self.text


def stored_key(channel: str, key: str) -> str:
    """The idempotency key as kept: bound to its channel, so that no door can ask for another door's receipt.

    Raises Refusal when no key was given: without one a repeated sending could not be told from a second report.
    """
    bare = key.strip()
    if not bare:
        raise Refusal(_("提交缺少编号，请刷新页面后再提交"), code="missing", field="key")
    whole = f"{channel}:{bare}"
    if len(whole) <= 80 and whole.isprintable():
        return whole
    return f"{channel}:{hashlib.sha256(bare.encode('utf-8', 'replace')).hexdigest()}"


def fits(text: str, *, what: str, limit: int, field: str = "") -> str:
    """One line of at most ``limit`` characters. Raises Refusal instead of cutting: two long ids may differ late."""
    found = re.sub(r"\s+", " ", clean(text, field=field))
    if len(found) > limit:
        raise Refusal(
            _("%(what)s太长：最多 %(limit)s 字") % {"what": what, "limit": limit},
            code="too_long",
            field=field,
        )
    return found


def check_words(text: str, title: str) -> tuple[str, str]:
    """Title and text as kept: what was said, without control characters. Raises Refusal when there is nothing."""
    words = clean(text)
    head = fits(title, what=_("标题"), limit=200, field="title")
    if not words and not head:
        raise Refusal(_("请写上发生了什么，一句话也行"), code="missing", field="text")
    return head, words or head


def check_contact(contact: ContactDraft | None, anonymous: bool | None) -> ContactDraft | None:
    """The contact to seal, None for an anonymous report. Raises Refusal for a number nobody could call."""
    if contact is None or anonymous:
        return None
    name = one_line(contact.name, limit=40, field="name")
    phone = contact.phone.strip()
    if phone and not _PHONE.fullmatch(digits(phone)):
        raise Refusal(_("电话号码不对，请核对；不想留也可以空着"), code="bad_phone", field="phone")
    if not name and not phone:
        return None
    when = one_line(contact.safe_time, limit=80, field="safe_time")
    return ContactDraft(name, digits(phone), contact.wants_news and bool(phone), when)


def safe_author(author: str) -> tuple[str, str]:
    """A reference to who wrote it that holds no personal data, and the personal part to seal (or "").

    Account numbers stay as they are; names and telephone numbers become a keyed fingerprint, so that two reports
    of one author can still be told to be so.
    """
    bare = one_line(author, limit=80, field="author_ref")
    if not bare:
        return "", ""
    if re.fullmatch(r"[A-Za-z0-9_\-]{1,40}", bare) and not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", bare):
        return bare, ""
    return f"k:{blind_author(bare)}", bare


def blind_author(author: str) -> str:
    """A keyed fingerprint of an author's name or nickname (hex, 128 bits)."""
    return hmac.new(keyring().index_key, b"author/" + author.encode("utf-8"), hashlib.sha256).hexdigest()[:32]


def report_of(draft: Draft, reading: Reading, known: Mapping[str, Category], now: datetime) -> Report:
    """The unsaved report: severity from the keyword floor, need-to-know from the proposals, clocks from ``now``."""
    severity = rules.first_severity(reading.floor, draft.severity_at_most)
    codes = [*reading.floor_codes, *(p.label for p in reading.categories[:1])]
    return Report(
        code=new_receipt_code(),
        channel=draft.channel,
        origin=draft.origin,
        title=draft.title,
        text=draft.text,
        said_at=draft.said_at,
        received_at=now,
        state=ReportState.NEW,
        severity=severity,
        next_step=first_step(severity, draft.spot.unplaced),
        due_at=look_by(severity, now, draft.outside_due_at),
        area=draft.spot.area,
        place=draft.spot.place,
        place_text=draft.spot.place_text,
        lat=draft.spot.lat,
        lon=draft.spot.lon,
        unplaced=draft.spot.unplaced,
        restricted=rules.is_restricted([known[c].restricted for c in codes if c in known]),
        about_id=draft.about_id,
        entered_by_id=draft.entered_by_id,
        anonymous=draft.contact is None,
        idempotency_key=draft.key,
        source=draft.source,
        external_id=draft.external_id,
        author_ref=draft.author_ref,
        outside_due_at=draft.outside_due_at,
    )


def first_step(severity: int, unplaced: bool) -> str:
    """What the owner of a fresh report does next."""
    if unplaced and severity > 2:
        return rules.UNPLACED_STEP
    return rules.FIRST_STEPS[severity]


def look_by(severity: int, start: datetime, outside: datetime | None) -> datetime:
    """By when a person looks; an outside deadline wins when earlier, one that has passed means at once."""
    due = clockwork.look_due(severity, start)
    return min(due, max(outside, start)) if outside else due


def contact_of(draft: Draft, report: Report) -> Contact | None:
    """The sealed contact of a saved report, unsaved itself; None when it is anonymous."""
    if draft.contact is None:
        return None
    row = Contact(report=report, wants_news=draft.contact.wants_news, safe_time=draft.contact.safe_time)
    row.seal("name_sealed", draft.contact.name)
    row.seal("phone_sealed", draft.contact.phone)
    row.phone_index = blind_index(draft.contact.phone)
    return row


def suggestions_of(
    report: Report, reading: Reading, known: Mapping[str, Category], now: datetime
) -> list[Suggestion]:
    """What is proposed to the person who decides, one unsaved row each."""

    def row(
        what: SuggestionField, rank: int, value: dict[str, object], sure: float, why: list[str]
    ) -> Suggestion:
        return Suggestion(
            report=report,
            field=what,
            rank=rank,
            value=value,
            confidence=round(sure, 4),
            reasons=why,
            model=reading.model_of(what)[:60],
            made_at=now,
        )

    found = [
        row(SuggestionField.CATEGORY, n, {"code": p.label}, p.confidence, list(p.reasons))
        for n, p in enumerate(reading.categories)
    ]
    top = known.get(reading.categories[0].label) if reading.categories else None
    said = rules.severity_said(top.severity, reading.categories[0].confidence) if top else None
    severity = rules.proposed_severity(reading.floor, said)
    by_words = reading.floor is not None and severity == reading.floor
    value: dict[str, object] = {"severity": severity, "floor": reading.floor, "tell_110": reading.tell_110}
    sure = 1.0 if by_words else reading.categories[0].confidence if said else 0.5
    why = list(reading.floor_words) if by_words else [top.zh] if said and top else []
    found.append(row(SuggestionField.SEVERITY, 0, value, sure, why))
    found += [
        row(SuggestionField.PLACE, n, p.value(), p.confidence, list(p.reasons))
        for n, p in enumerate(reading.places)
    ]
    return found


def received_event(report: Report, by: Actor, now: datetime) -> ReportEvent:
    """The first event of a saved report, unsaved itself."""
    data = {"channel": report.channel, "severity": report.severity, "unplaced": report.unplaced}
    return ReportEvent(
        report=report,
        kind=ReportEventKind.RECEIVED,
        at=now,
        by_id=by.person_id,
        by_kind=by.kind,
        data=data,
    )
