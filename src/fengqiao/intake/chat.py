"""Chat groups: what somebody forwards is pasted as text, split into reports, looked at, then received one by one.

Only what was pasted is read; no group is. The author's nickname is sealed like any contact. Pasting the same lines
again adds nothing; a message that has grown since adds what is new to the report it belongs to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.chatsplit import ChatReport, split_chat
from fengqiao.intake import compose
from fengqiao.intake.actions._base import record, save
from fengqiao.intake.actions.receive import receive_report
from fengqiao.intake.choices import Channel, ReportEventKind, ReportState
from fengqiao.intake.drafts import ContactDraft, Receipt
from fengqiao.intake.models import Report, ReportMessage
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean
from fengqiao.territory.models import Area, Place

MAX_PASTE = 100_000
"""Characters of one paste."""
MAX_PARTS = 200


@dataclass(frozen=True, slots=True)
class ChatPart:
    """One report out of a paste. ``at`` aware UTC or None; ``lines`` first and last line; ``exists``: received before."""

    number: int
    author: str
    at: datetime | None
    text: str
    lines: tuple[int, int]
    key: str
    exists: bool

    def __repr__(self) -> str:
        return f"ChatPart({self.number}, lines {self.lines})"  # no nickname in a log


@dataclass(frozen=True, slots=True)
class SkippedPart:
    """Lines that make no report, and why."""

    lines: tuple[int, int]
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChatPreview:
    """What a paste would bring, and what of it is left out."""

    parts: tuple[ChatPart, ...]
    skipped: tuple[SkippedPart, ...]

    @property
    def fresh(self) -> int:
        """How many were not received before."""
        return sum(not part.exists for part in self.parts)


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """What became of a part: its receipt, or in words why not. ``grown``: its new lines joined a report that is there."""

    part: ChatPart
    receipt: Receipt | None
    words: str = ""
    grown: bool = False


def preview_chat(text: str, *, day: date | None = None) -> ChatPreview:
    """Split a paste into reports; nothing is kept. ``day``: the local day of its last line where it names none.

    Raises Refusal for nothing, and for more than one paste may hold.
    """
    pasted = clean(text, limit=MAX_PASTE)
    if not pasted:
        raise Refusal(_("请把群里的话粘贴进来"), code="missing", field="text")
    now = clock.now()
    today = day or clock.local(now).date()
    split = split_chat(pasted, default_date=today, zone=clock.LOCAL)
    if len(split) > MAX_PARTS:
        raise Refusal(
            _("一次最多 %(max_parts)s 条，请分几次粘贴") % {"max_parts": MAX_PARTS},
            code="too_many",
            field="text",
        )
    parts = [_part(n, one, today, now) for n, one in enumerate(split, start=1)]
    keys = {compose.stored_key(Channel.CHAT, part.key): part for part in parts}
    there = set(Report.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True))
    shown = [replace(part, exists=stored in there) for stored, part in keys.items()]
    skipped = tuple(SkippedPart(s.lines, s.text, s.reason) for s in split.skipped)
    return ChatPreview(tuple(shown), skipped)


def _part(number: int, one: ChatReport, today: date, now: datetime) -> ChatPart:
    at = _not_ahead(one.at, now)
    when = at.isoformat() if at is not None else today.isoformat()
    seal = hashlib.sha256(f"{one.author or ''}\n{when}\n{one.text}".encode())
    return ChatPart(
        number, one.author or "", at, one.text, one.lines, f"sha256-{seal.hexdigest()}", exists=False
    )


def _not_ahead(at: datetime | None, now: datetime) -> datetime | None:
    """A clock time without a day that lies ahead was yesterday's."""
    if at is not None and now < at <= now + timedelta(days=1):
        return at - timedelta(days=1)
    return at


def receive_chat(
    parts: Iterable[ChatPart], *, by: Actor, area: Area | None = None, place: Place | None = None
) -> list[ChatOutcome]:
    """Receive the parts somebody kept after looking at them, each in its own transaction.

    One that cannot be received says so and leaves the others alone. Raises NotAllowed as ``receive_report`` does.
    """
    return [_receive(part, by, area, place) for part in parts]


def _receive(part: ChatPart, by: Actor, area: Area | None, place: Place | None) -> ChatOutcome:
    earlier = _shorter(part)
    if earlier is not None and by.scope.can("report.receive"):
        return ChatOutcome(
            part, Receipt(_grow(earlier, part, by), created=False), "接在先前收到的那条后面", grown=True
        )
    try:
        receipt = receive_report(
            by=by,
            channel=Channel.CHAT,
            text=part.text,
            key=part.key,
            said_at=part.at,
            area=area,
            place=place,
            contact=ContactDraft(name=part.author) if part.author else None,
            author_ref=part.author,
        )
    except Refusal as refusal:
        if refusal.code == "not_allowed":
            raise
        return ChatOutcome(part, None, refusal.message)
    return ChatOutcome(part, receipt, "" if receipt.created else "先前已经收过")


def _shorter(part: ChatPart) -> Report | None:
    """The report of the same message as it stood in an earlier paste, before its author wrote on."""
    if part.at is None or not part.author:
        return None
    author, _personal = compose.safe_author(part.author)
    rows = Report.objects.filter(channel=Channel.CHAT, author_ref=author, said_at=part.at)
    rows = rows.exclude(state=ReportState.HISTORIC)
    return next((r for r in rows if part.text != r.text and part.text.startswith(f"{r.text}\n")), None)


@transaction.atomic
def _grow(earlier: Report, part: ChatPart, by: Actor) -> Report:
    """Keep the new lines as an addition; once, however often they are pasted."""
    found = Report.objects.select_for_update().get(pk=earlier.pk)
    more = part.text[len(found.text) :].strip()
    if found.messages.filter(from_reporter=True, text=more).exists():
        return found
    ReportMessage.objects.create(
        report=found, from_reporter=True, text=more, at=clock.now(), by_id=by.person_id
    )
    save(found)
    record(found, ReportEventKind.ANSWERED, by, more, data={"chat": part.key})
    return found


def chosen(preview: ChatPreview, numbers: Sequence[int]) -> list[ChatPart]:
    """The parts with these numbers, in the order of the paste."""
    wanted = set(numbers)
    return [part for part in preview.parts if part.number in wanted]
