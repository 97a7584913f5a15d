"""From what intake tells a reporter to what the receipt page prints; no decisions here, only order and looks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.intake.public import PublicMessage, ReceiptView
from fengqiao.lib import clock
from fengqiao.lib.present import TimelineItem, Tone, humane
from fengqiao.lib.text import shorten
from fengqiao.matters.public import PublicPromise, PublicStep
from fengqiao.portal import qr

INLINE = 24
"""Characters up to which a detail stands behind its step; longer ones get a box of their own."""
FRESH = timedelta(minutes=10)
"""How long after its receipt a report's draft is cleared from the browser that wrote it."""
DONE = ("add", "rate", "again", "fresh")


@dataclass(frozen=True)
class Kept:
    """A promise as the page prints it."""

    text: str
    state: str
    detail: str


def steps(view: ReceiptView) -> list[TimelineItem]:
    """The story, oldest first: done with a tick, what comes now with a ring, what comes later with a thin one."""
    items = [_done(step) for step in view.steps if step.done]
    ahead = [step for step in view.steps if not step.done]
    waiting = bool(view.next_step) and not view.can_rate
    return items + [_ahead(step, now=waiting and n == 0) for n, step in enumerate(ahead)]


def _done(step: PublicStep) -> TimelineItem:
    short = len(step.detail) <= INLINE and "\n" not in step.detail
    text = f"{step.text}{_('：')}{step.detail}" if step.detail and short else step.text
    box = "" if short else step.detail
    return TimelineItem(text, when=step.at or "", tone="bad" if step.tone == "bad" else "ok", box=box)


def _ahead(step: PublicStep, *, now: bool) -> TimelineItem:
    when = _("最晚 %(when)s") % {"when": humane(step.at)} if step.at else _("接着")
    text = f"{step.text}{_('：')}{step.detail}" if step.detail else step.text
    return TimelineItem(text, when=when, tone="now" if now else "next")


def promises(view: ReceiptView, now: datetime) -> Iterator[Kept]:
    """Promises with how they stand today."""
    for promise in view.promises:
        detail = _("最晚 %(when)s") % {"when": humane(promise.due_at)}
        yield Kept(promise.what, _standing(promise, now), detail)


def _standing(promise: PublicPromise, now: datetime) -> str:
    if promise.state == "open":
        return "overdue" if promise.due_at < now else "open"
    return {"kept": "kept", "broken": "broken"}.get(promise.state, "dropped")


def next_note(view: ReceiptView) -> str:
    """The sentence under the next step: who looks first, and what happens when nobody does."""
    if view.question:
        return _("您回答以后，接着看")
    if view.late:
        return _("已经超过答应的时间。所里也看得到这件事晚了")
    if view.number:
        return _("到点没办，这里会写明晚了")
    if not view.who:
        return _("到点没人看，会自动交给上一级")
    return _("先由%(who)s看；到点没人看，会自动交给上一级") % {"who": view.who_role + view.who}


def talk(view: ReceiptView) -> tuple[PublicMessage, ...]:
    """What was asked and answered; a question that waits stands in its own box, need-to-know words nowhere."""
    if view.restricted:
        return ()
    waiting = view.messages[-1:] if view.question else ()
    return view.messages[: len(view.messages) - len([m for m in waiting if not m.mine])]


def looks(view: ReceiptView) -> tuple[str, Tone]:
    """Icon and tone of the headline."""
    if view.refused_to:
        return "info-circle", ""
    if view.question:
        return "message-report", "wait"
    return ("clock-exclamation", "wait") if view.late else ("circle-check", "ok")


def draft_name(code: str, what: str) -> str:
    """Under which name the browser keeps unsent words for this receipt: not the code itself, which is a key."""
    return f"{what}-{hashlib.sha256(code.encode()).hexdigest()[:12]}"


def context_of(view: ReceiptView, done: str = "") -> dict[str, Any]:
    """What the receipt page prints. ``done``: which form has just been taken, one of DONE."""
    icon, tone = looks(view)
    now = clock.now()
    return {
        **basics(view.code),
        "view": view,
        "headline_icon": icon,
        "headline_tone": tone,
        "short": "" if view.restricted else shorten(view.words, 40),
        "steps": steps(view),
        "promises": list(promises(view, now)),
        "note": next_note(view),
        "who": view.who_role + view.who if view.number else "",
        "qr": qr.svg(view.code),
        "address": qr.address_of(view.code),
        "talk": talk(view),
        "done": done if done in DONE else "",
        "fresh": now - view.received_at < FRESH,
    }


def basics(code: str) -> dict[str, Any]:
    """What every page behind a code needs: its code, its drafts, and that no other site hears of its address."""
    return {
        "code": code,
        # Only the origin is ever named to anybody, ourselves included; the forms of these pages need that much.
        "referrer": "strict-origin",
        "draft_add": draft_name(code, "add"),
        "draft_again": draft_name(code, "again"),
    }
