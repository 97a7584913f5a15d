"""Building a demonstration: township, a year behind it, and a few things waiting this morning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fengqiao.demo.accounts import name_accounts
from fengqiao.demo.evidence import write_evidence
from fengqiao.demo.history import History, write_history
from fengqiao.demo.kinds import kinds
from fengqiao.demo.load import Ground, load_ground
from fengqiao.demo.mediated import write_mediations
from fengqiao.demo.model import Township
from fengqiao.demo.rhythm import mix_with
from fengqiao.demo.scales import Scale
from fengqiao.demo.scene import Scenery
from fengqiao.demo.story import DemoReport, write_reports
from fengqiao.demo.township import build_township
from fengqiao.intake.actions import receive_report
from fengqiao.intake.drafts import ContactDraft
from fengqiao.lib import clock
from fengqiao.matters.actions import load_reference
from fengqiao.teams.actions import load_mechanisms
from fengqiao.teams.scopes import actor_for

WAITING = 14
"""Reports left for the desk to look at, each taken in through the same door as a real one."""

FRESH = 70
"""Reports of the last six days, many of them still in hand."""

Say = Callable[[str], None]


def build(*, seed: int, scale: Scale, matters: int | None, say: Say) -> dict[str, Any]:
    """Build everything into an empty database; returns counts. The same seed gives the same township."""
    now = clock.now()
    load_reference()
    say("画出街道、河、村庄和网格")
    town = build_township(seed=seed, scale=scale)
    ground = load_ground(town)
    load_mechanisms()
    n = matters if matters is not None else scale.matters_per_year
    said = (
        f"写下 {scale.years} 年的事：约 {n * scale.years} 件"
        if scale.years > 1
        else f"写下一年的事：约 {n} 件"
    )
    say(said)
    told = tell_past(town, seed, n, now)
    waiting, past = _share_out(told, now)
    history = write_history(town, ground, past, seed)
    cases = write_mediations(history)
    write_evidence(town, ground, seed)
    name_accounts(town, ground)
    say("今天早上进来的几件，等人看")
    _receive(town, ground, waiting, now)
    return {"matters": history.counts["matters"], "reports": history.counts["reports"], "mediations": cases}


def tell_past(town: Township, seed: int, yearly: int, now: datetime) -> list[DemoReport]:
    """What was reported over the years of the scale, with its share of disputes where it names one."""
    scale = town.scale
    start, count = now - timedelta(days=365 * scale.years), yearly * scale.years
    if not scale.disputes_per_year:
        return list(write_reports(town, seed, count, start, now))
    mix = mix_with(scale.disputes_per_year / scale.matters_per_year)
    # Small collisions are disputes of the traffic police; a place that counts its disputes counts its own.
    codes = frozenset(c for c in Scenery(town).possible() if not _outside(c))
    return list(write_reports(town, seed, count, start, now, mix=mix, codes=codes))


def _outside(code: str) -> bool:
    return kinds()[code].kind == "dispute" and kinds()[code].group != "disputes"


def _share_out(told: list[DemoReport], now: datetime) -> tuple[list[DemoReport], list[DemoReport]]:
    """(reports that wait for the desk, reports with a course), the latter by time.

    Both the waiting ones and those in hand are taken from the first weeks of the past, the season of today: a year
    alone ends with a handful of matters in hand, and a day's work needs some in every stage.
    """
    if len(told) < 2 * (WAITING + FRESH):
        return [], told
    waiting, fresh, year = told[:WAITING], told[WAITING : WAITING + FRESH], told[WAITING + FRESH :]
    taken = {report.number for report in (*waiting, *fresh)}
    moved = [_moved(report, n, now) for n, report in enumerate(fresh)]
    kept = [replace(r, duplicate_of=None) if r.duplicate_of in taken else r for r in year]
    kept = [replace(r, recurrence_of=None) if r.recurrence_of in taken else r for r in kept]
    return waiting, sorted([*kept, *moved], key=lambda report: report.at)


def _moved(report: DemoReport, n: int, now: datetime) -> DemoReport:
    """The same report within the last six days, at its hour of the day; more of them on the later days."""
    back = (0, 0, 1, 0, 1, 2, 0, 1, 3, 5)[n % 10]
    at = report.at + timedelta(days=(now - report.at).days - back)
    due = report.outside_due + (at - report.at) if report.outside_due else None
    return replace(report, at=at, outside_due=due, duplicate_of=None, recurrence_of=None)


def _receive(town: Township, ground: Ground, waiting: list[DemoReport], now: datetime) -> None:
    """Take in the last reports as they would have come, over the last hours."""
    for n, report in enumerate(waiting):
        at = now - timedelta(minutes=7 * (len(waiting) - n) + (n * 5) % 4)
        with clock.at(at), transaction.atomic():
            receive_report(
                by=actor_for(ground.people[report.taken_by or _desk(town)]),
                channel=str(report.channel),
                text=report.text,
                key=f"demo-waiting-{report.number}",
                place_text=report.where,
                lat=round(report.point[1], 6),
                lon=round(report.point[0], 6),
                contact=ContactDraft(report.reporter, report.phone, True) if report.phone else None,
                origin="resident" if not report.outside_no else "partner",
                source=str(report.channel) if report.outside_no else "",
                external_id=report.outside_no,
                outside_due_at=now + timedelta(days=3) if report.outside_no else None,
            )


def _desk(town: Township) -> str:
    return next(p.code for p in town.people if p.role == "duty_officer")


__all__ = ["History", "build", "tell_past"]
