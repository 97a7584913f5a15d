"""Actions on a report, made ready: what the holder of the receipt code does, photos, and the contact."""

from __future__ import annotations

from typing import Any

from fengqiao.intake import actions
from fengqiao.intake.models import Report
from fengqiao.matters.models import Matter
from tests.machine import oracle
from tests.machine.births import keep
from tests.machine.doings import Act, Broken, doing
from tests.machine.ledger import end_of
from tests.machine.life import Life
from tests.machine.oracle import MATTER, REPORT
from tests.machine.report_desk import put_into


@doing(REPORT, "answer")
def answer(life: Life, r: Report) -> Act:
    """New words, or the last ones sent again; an asked report comes back."""
    words = f"是 {life.steps} 栋"
    if life.rng.random() < 0.4:
        words = life.own_words.get(r.pk, words)

    def then(_row: Report) -> None:
        if life.heard(r.pk, "reporter", words) and r.state == "asking":
            life.ledger.state[REPORT, r.pk] = "new"

    return Act(lambda: actions.answer(r.code, text=words), then)


def _end(life: Life, r: Report) -> int | None:
    """Where the report's matter went in the end."""
    home = life.ledger.home.get(r.pk)
    into = dict(Matter.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    return None if home is None else end_of(home, into)


@doing(REPORT, "rate")
def rate_report(life: Life, r: Report) -> Act | None:
    """Needs a result; towards it where there is none yet."""
    end = _end(life, r)
    if life.trying:
        if not put_into(life, r, oracle.OPEN):
            return None
        Matter.objects.filter(reports=r).update(state="resolved")
    elif end is None:
        return None
    elif life.ledger.state[MATTER, end] not in {"resolved", "closed"}:
        return life.towards(MATTER, "resolved", end)
    return Act(lambda: actions.rate_report(r.code, score=life.one([1, 2, 3]), comment="还行"))


@doing(REPORT, "ask_again")
def ask_again(life: Life, r: Report) -> Act:
    """A settled matter is taken up again; one in hand gets the words; else a fresh report begins, once."""
    end = _end(life, r)
    state = life.ledger.state[MATTER, end] if end is not None else ""
    words = life.one(["还是没解决", f"又来了 {life.steps}"])

    def then(again: actions.Again) -> None:
        if state in {"resolved", "closed"} and end is not None:
            life.ledger.state[MATTER, end] = "assigned"
            life.heard(r.pk, "reporter", words, always=True)
        elif state in oracle.OPEN:
            life.heard(r.pk, "reporter", words)
        elif life.again.get((r.pk, words)) != again.report.pk:
            if (r.pk, words) in life.again:
                raise Broken(f"report {r.pk} asked for again became two")
            life.again[r.pk, words] = again.report.pk
            life.heard(r.pk, "reporter", words, always=True)
            keep(life, again.report, again.report.text, contact=r.pk in life.ledger.contacts)

    return Act(lambda: actions.ask_again(r.code, text=words), then)


def _photo(life: Life, r: Report) -> int | None:
    """One of the world's photos, at times one that is there already; None when no more may come."""
    there = life.ledger.photos.get(r.pk, set())
    free = sorted(set(range(7)) - there)
    if there and life.rng.random() < 0.2:
        return life.one(sorted(there)) if len(there) < 6 else None
    return life.one(free) if len(there) < 6 else None


def _with_photo(life: Life, r: Report, n: int | None, call: Any) -> Act | None:
    if n is None:
        return None
    fresh = n not in life.ledger.photos.get(r.pk, set())

    def then(rows: list[Any]) -> None:
        if len(rows) != int(fresh):
            raise Broken(f"{len(rows)} photos kept of one")
        life.ledger.photos.setdefault(r.pk, set()).add(n)

    return Act(call, then)


@doing(REPORT, "photo")
def add_photo(life: Life, r: Report) -> Act | None:
    """By the desk."""
    n = _photo(life, r)
    photos = [life.world.photos[n or 0]]
    return _with_photo(life, r, n, lambda: actions.add_photo(r, by=life.lead, photos=photos))


@doing(REPORT, "photo")
def add_photo_by_code(life: Life, r: Report) -> Act | None:
    """By the reporter."""
    n = _photo(life, r)
    photos = [life.world.photos[n or 0]]
    return _with_photo(life, r, n, lambda: actions.add_photo_by_code(r.code, photos=photos))


@doing(REPORT)
def open_contact(life: Life, r: Report) -> Act:
    """With a purpose; each opening is counted. Refused where no contact was left."""
    if r.pk not in life.ledger.contacts:
        call = lambda: actions.open_contact(r, by=life.lead, purpose="核实地址")  # noqa: E731
        return Act(call, refused="no_contact")

    def then(_card: actions.ContactCard) -> None:
        life.ledger.reads[r.pk] += 1

    return Act(lambda: actions.open_contact(r, by=life.lead, purpose="核实地址"), then)


@doing(REPORT)
def reads_for_resident(life: Life, r: Report) -> Act:
    """The reporter sees every opening of the contact."""

    def then(reads: list[actions.ContactRead]) -> None:
        if len(reads) != life.ledger.reads[r.pk]:
            raise Broken(f"{len(reads)} openings shown of {life.ledger.reads[r.pk]}")

    return Act(lambda: actions.reads_for_resident(r.code), then)
