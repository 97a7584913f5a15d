"""How things begin, and how time passes: reports sent once, twice and wrongly, matters opened by hand, the clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake import actions as intake
from fengqiao.intake import tick as report_clock
from fengqiao.intake.models import Report, ReportEvent
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters import tick as matter_clock
from fengqiao.matters.models import Matter
from tests.machine import oracle
from tests.machine.doings import BIRTH, Act, Broken, doing
from tests.machine.life import Life
from tests.machine.oracle import MATTER, REPORT
from tests.machine.world import SAID


def _sent(life: Life) -> dict[str, Any]:
    """A report as somebody may send it; remembered by its number so that it can be sent again."""
    n = len(life.sent)
    more: dict[str, Any] = {"key": f"k{n}", "text": f"{life.one(SAID)}，第 {n} 次说"}
    if life.rng.random() < 0.5:
        more |= {"by": RESIDENT, "channel": "portal"}
    elif life.rng.random() < 0.5:
        more |= {"by": life.lead, "channel": "phone", "severity_at_most": life.one([1, 2, 3])}
    else:
        more |= {"by": life.lead, "channel": "hotline", "source": "12345", "external_id": f"g{n}"}
        more |= {"outside_due_at": life.later(-1, 9)}
    where = life.rng.random()
    if where < 0.6:
        more["area"] = life.one(life.world.areas)
    elif where < 0.8:
        more |= {"lat": 30.02, "lon": life.one([120.02, 120.07, 121.5])}
    if life.rng.random() < 0.5:
        more["contact"] = intake.ContactDraft("张三", f"138{n:08}", wants_news=True)
    return more


@doing(BIRTH)
def receive_report(life: Life, _row: None) -> Act:
    """Somebody says something for the first time, with or without a contact and a photo."""
    sent = _sent(life)
    which = {life.rng.randrange(7)} if life.rng.random() < 0.2 else set()
    photos = [life.world.photos[n] for n in which]

    def then(receipt: intake.Receipt) -> None:
        if not receipt.created:
            raise Broken("a new report was taken for one that was there")
        life.sent.append((sent, receipt.report.pk))
        keep(life, receipt.report, sent["text"], contact="contact" in sent)
        life.ledger.photos[receipt.report.pk] = which

    return Act(lambda: intake.receive_report(**sent, photos=photos), then)


def keep(life: Life, report: Report, text: str, *, contact: bool) -> None:
    """A report was acknowledged: from now on it must be there."""
    life.ledger.born(REPORT, report.pk, "new")
    life.ledger.code[report.pk] = report.code
    life.ledger.words[report.pk] = text
    if contact:
        life.ledger.contacts.add(report.pk)


@doing(BIRTH)
def the_same_key(life: Life, _row: None) -> Act:
    """The same form once more: the first report answers."""
    return _once_more(life, {})


@doing(BIRTH)
def the_same_outside_number(life: Life, _row: None) -> Act:
    """The same case of an outside office in other words: the first report answers."""
    return _once_more(life, {"key": f"again{life.steps}", "text": "再次转来"}, outside=True)


def _once_more(life: Life, change: dict[str, Any], *, outside: bool = False) -> Act:
    known = [(s, pk) for s, pk in life.sent if not outside or "external_id" in s]
    if not known:
        return life.birth("receive_report")
    sent, pk = life.one(known)

    def then(receipt: intake.Receipt) -> None:
        if receipt.created or (receipt.report.pk, receipt.code) != (pk, life.ledger.code[pk]):
            raise Broken(f"report {pk} was doubled")
        life.ledger.look(changed=False)

    return Act(lambda: intake.receive_report(**{**sent, **change}), then)


@doing(BIRTH)
def the_same_key_other_words(life: Life, _row: None) -> Act:
    """A key that stands for other words: refused, nothing is taken in."""
    if not life.sent:
        return life.birth("receive_report")
    sent, _pk = life.one(life.sent)
    plain = {k: v for k, v in sent.items() if k not in {"source", "external_id"}}
    return Act(lambda: intake.receive_report(**{**plain, "text": "另一件事"}), refused="key_reused")


@doing(BIRTH)
def historic_row(life: Life, _row: None) -> Act:
    """A closed report of earlier years, as an import of old files leaves it: no verb starts from it."""
    act = life.birth("receive_report")

    def call() -> Any:
        receipt = act.call()
        rows = Report.objects.filter(pk=receipt.report.pk)
        rows.update(state="historic", next_step="", due_at=None)
        return receipt

    def then(receipt: Any) -> None:
        if act.then is not None:
            act.then(receipt)
        life.ledger.state[REPORT, receipt.report.pk] = "historic"

    return Act(call, then)


@doing(BIRTH)
def open_matter(life: Life, _row: None) -> Act:
    """Somebody on a round opens a matter without any report."""
    about = life.one(life.world.named) if life.rng.random() < 0.1 else None
    call: dict[str, Any] = {
        "by": life.lead,
        "category": life.one(life.world.categories),
        "title": f"事项 {life.steps}",
        "area": life.one(life.world.areas),
        "origin": life.one(["resident", "staff", "patrol"]),
        "about": about,
        "threatening": life.rng.random() < 0.2,
    }
    return Act(lambda: matters.open_matter(**call), lambda m: life.ledger.born(MATTER, m.pk, "assigned"))


@doing(BIRTH)
def time_passes(life: Life, _row: None) -> Act:
    """Hours or weeks go by and the clocks run; run again at the same moment they change nothing."""
    life.moment += timedelta(hours=life.one([1, 5, 30, 100, 400, 1000]))
    at = life.moment
    seen = max(life.ledger.history[ReportEvent._meta.db_table], default=0)

    def call() -> tuple[Any, ...]:
        with clock.at(at):
            report_clock.tick(at=at)
            matter_clock.tick(at=at)
            once = life.ledger.counts()
            report_clock.tick(at=at)
            matter_clock.tick(at=at)
        return once

    def then(once: tuple[Any, ...]) -> None:
        if life.ledger.counts() != once:
            raise Broken("the clocks, run twice at one moment, did something twice")
        _moved(life)
        _in_time(life)
        climbed = ReportEvent.objects.filter(pk__gt=seen, kind="climbed").values_list("report_id", flat=True)
        for pk in climbed:
            life.tally.taken[REPORT, "climb", life.ledger.state[REPORT, pk]] += 1

    return Act(call, then)


def _moved(life: Life) -> None:
    """The clocks move matters only where they may."""
    for pk, state in Matter.objects.values_list("pk", "state"):
        was = life.ledger.state[MATTER, pk]
        if state != was and state not in oracle.BY_THE_CLOCK.get(was, set()):
            raise Broken(f"the clocks took matter {pk} from {was} to {state}")
        life.ledger.state[MATTER, pk] = state


def _in_time(life: Life) -> None:
    """After the clocks ran no report waits beyond its time, no pause is over, nothing late is unmarked."""
    at = life.moment
    if Report.objects.filter(state__in=oracle.UNFINISHED, due_at__lt=at).exists():
        raise Broken("an overdue report did not climb")
    if Matter.objects.filter(state="paused", resume_at__lte=at).exists():
        raise Broken("a pause that is over goes on")
    late = Matter.objects.filter(state__in=oracle.OPEN, due_at__lt=at, overdue_marked_at__isnull=True)
    if late.exists():
        raise Broken("a late matter is not marked")
