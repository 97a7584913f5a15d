"""Topics of many people: worked out when somebody asks, and taken in hand as one matter."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import topics
from fengqiao.intake.actions._base import person_id
from fengqiao.intake.actions.decide import link_report
from fengqiao.intake.choices import UNFINISHED, SuggestionField
from fengqiao.intake.known import categories
from fengqiao.intake.models import Governance, GovernanceReport, Report, Suggestion, Topic, TopicSheet
from fengqiao.intake.topic_reads import in_hand, members_of
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters import rules as matter_rules
from fengqiao.matters.choices import LinkKind, Origin, State
from fengqiao.matters.models import Category, Matter
from fengqiao.territory.models import Area

STEP = "把这些反映放在一起看，找到根子，定治理办法"
"""What the owner of a governance matter does next."""
JUST_NOW = timedelta(seconds=20)
"""A sheet this fresh is not worked out again: the button was pressed twice."""
_busy = threading.Lock()


def refresh_topics(*, by: Actor) -> TopicSheet:
    """Work out the topics of the actor's own ground. Raises NotAllowed without one, Refusal while it is being done."""
    paths = topics.ground_of(by.scope)
    if not paths:
        raise NotAllowed(_("看热点要有受理反映的职责，请找值班民警"))
    now = clock.now()
    kept = TopicSheet.objects.filter(ground=topics.key_of(paths), computed_at__gt=now - JUST_NOW).first()
    if kept is not None and kept.computed_at <= now:
        return kept
    if not _busy.acquire(blocking=False):
        raise Refusal(_("正在算，请过几秒再看"), code="busy")
    try:
        found, made = topics.work_out(paths, now)
    finally:
        _busy.release()
    return topics.keep(paths, found, made, now, now)


@transaction.atomic
def gather_topic(
    topic: Topic,
    *,
    by: Actor,
    category: str = "",
    title: str = "",
    area: Area | None = None,
    owner: Person | None = None,
    next_step: str = "",
    due_at: datetime | None = None,
    reports: Collection[int] | None = None,
) -> Matter:
    """Make a topic one governance matter with owner, next step and due time; pressed twice it is still one.

    The reports that wait join it (``reports``: only these), matters already open for the others are linked to it as
    alike and go on by themselves. Without ``category`` the one most of them were given is taken.
    """
    person = person_id(by)
    sheet = TopicSheet.objects.select_for_update().filter(pk=topic.sheet_id).first()
    if sheet is None or sheet.ground != topics.key_of(topics.ground_of(by.scope)):
        raise OutOfReach
    members = list(members_of(topic, by.scope))
    if not members:
        raise OutOfReach
    there = in_hand(topic, by.scope)
    if there is not None:
        return there.matter
    ground = area or common_area(members, by)
    matter = matters.open_matter(
        by=by,
        category=_category(category, members),
        title=title or topic.name,
        area=ground,
        origin=Origin.RESIDENT,
        place_text=topic.place,
        summary=summary_of(topic),
        owner=owner,
        owner_because="由牵头人指定" if owner else "",
        next_step=next_step or STEP,
        due_at=due_at,
    )
    _join(members, matter, by, reports)
    _tie(members, matter, by)
    row = Governance.objects.create(
        matter=matter, name=topic.name, people=topic.people, count=len(members), by_id=person, at=clock.now()
    )
    GovernanceReport.objects.bulk_create(GovernanceReport(governance=row, report=one) for one in members)
    data = {"people": topic.people, "reports": len(members)}
    append(Fact("topic.gathered", "matter", matter.number, by.person_id, by.kind, data))
    return Matter.objects.get(pk=matter.pk)


def _join(members: Iterable[Report], matter: Matter, by: Actor, wanted: Collection[int] | None) -> None:
    for report in members:
        if report.state in UNFINISHED and (wanted is None or report.pk in wanted):
            link_report(report, by=by, matter=matter)


def _tie(members: Iterable[Report], matter: Matter, by: Actor) -> None:
    """Link what was opened for the others, as far as the actor sees it; the last one where it was merged away."""
    ids = {report.matter_id for report in members if report.matter_id}
    seen = Matter.objects.visible_to(by.scope).filter(pk__in=ids).exclude(pk=matter.pk)
    targets: dict[int, Matter] = {}
    for one in seen.select_related("merged_into").order_by("pk"):
        last = one.merged_into if one.merged_into is not None else one
        if last.state != State.WITHDRAWN and matter_rules.may_start("link", last.state):
            targets[last.pk] = last
    reach = set(Matter.objects.visible_to(by.scope).filter(pk__in=targets).values_list("pk", flat=True))
    for pk in sorted(reach):
        matters.link(matter, by=by, other=targets[pk], kind=LinkKind.SIMILAR)


def common_area(members: Iterable[Report], by: Actor) -> Area:
    """The smallest area that holds all of these reports, when the actor decides there; else that of most of them."""
    areas = [report.area for report in members]
    shared = areas[0].ancestor_ids
    for one in areas[1:]:
        shared = [a for a, b in zip(shared, one.ancestor_ids, strict=False) if a == b]
    whole = Area.objects.filter(pk=shared[-1]).first() if shared else None
    if whole is not None and by.scope.can(topics.RIGHT, whole.path):
        return whole
    most, _times = Counter(one.pk for one in areas).most_common(1)[0]
    return next(one for one in areas if one.pk == most)


def likely_category(members: Iterable[Report]) -> str:
    """The code most of these reports were given, or were proposed where nobody decided yet; never a restricted one."""
    rows = list(members)
    said = Counter(report.matter.category.code for report in rows if report.matter is not None)
    waiting = [report.pk for report in rows if report.matter_id is None]
    first = Suggestion.objects.filter(report__in=waiting, field=SuggestionField.CATEGORY, rank=0)
    said.update(dict(first.values_list("report_id", "value__code")).values())
    known = categories()
    return next((code for code, _n in said.most_common() if code in known and not known[code].restricted), "")


def _category(code: str, members: Iterable[Report]) -> Category:
    found = categories().get(code or likely_category(members))
    if found is None or found.restricted:
        raise Refusal(_("请选一个类别"), code="missing", field="category")
    return found


def summary_of(topic: Topic) -> str:
    """What the governance matter says of where it comes from: counted, with its days."""
    first, last = clock.local(topic.first_at).date(), clock.local(topic.last_at).date()
    return (
        f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}，{topic.people} 个不同的人反映 {topic.count} 次：{topic.name}"
    )
