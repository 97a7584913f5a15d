"""Pages of the URL conf opened with data: status 200, a heading, no accessibility violation (axe).

Routes whose parameters ``furnish`` has no value for are passed over: this is not yet every page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import receive_report
from fengqiao.intake.drafts import ContactDraft
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.models import Category
from fengqiao.mediation import actions as mediation
from fengqiao.mediation.models import MediationCase
from fengqiao.teams.actions import load_mechanisms
from fengqiao.teams.models import Duty, DutyList
from tests.stories.conftest import Stage

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]

FILES = {
    "portal:areas", "portal:where", "portal:robots", "portal:favicon", "portal:health", "portal:picture",
    "portal:photo", "desk:proposal", "desk:import_errors", "board:map", "board:points", "board:parts",
    "desk:photo", "desk:map_near",
}  # fmt: skip
"""Routes that answer with data, files or a part of a page, not with pages."""


def routes(patterns: list[Any], space: str = "", prefix: str = "") -> list[tuple[str, str, set[str]]]:
    """(full name, route, parameter names) of every route that is not the API's."""
    found = []
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if (entry.namespace or space).startswith("api"):
                continue
            found += routes(entry.url_patterns, entry.namespace or space, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            name = f"{space}:{entry.name}" if space else str(entry.name)
            found.append((name, prefix + str(entry.pattern), set(entry.pattern.converters)))
    return found


def furnish(stage: Stage) -> dict[str, dict[str, Any]]:
    """One of everything; values for route parameters by route name (or by parameter for all)."""
    cast = stage.cast
    report = receive_report(
        by=RESIDENT,
        channel="portal",
        text="锦澜苑 3 栋楼道堆了纸箱",
        key="axe",
        place=cast.places["jinlan"],
        contact=ContactDraft("张三", "13800005120", True),
    ).report
    matter = actions.open_matter(
        by=cast.actor("head"),
        category=Category.objects.get(code="NB2", valid_to__isnull=True),
        title="5 栋 302 漏到 202",
        summary="卫生间滴水",
        area=cast.areas["grid1"],
        origin="resident",
        owner=cast.people["head"],
        lat=30.02,
        lon=120.02,
    )
    matter = actions.accept(matter, by=cast.actor("head"))
    actions.promise(
        matter, by=cast.actor("head"), what="查漏", who="302 户主", due_at=clock.now() + timedelta(days=2)
    )
    case = _case(stage, matter)
    second = actions.open_matter(
        by=cast.actor("head"),
        category=Category.objects.get(code="NB2", valid_to__isnull=True),
        title="另一处漏水",
        area=cast.areas["grid1"],
        origin="resident",
        owner=cast.people["head"],
    )
    actions.join(second, by=cast.actor("head"), person=cast.people["mediator"])
    load_mechanisms()
    begins = clock.now() + timedelta(hours=1)
    duty = Duty.objects.create(
        person=cast.people["officer"],
        kind="beat",
        beat=cast.beats["beat1"],
        starts_at=begins,
        ends_at=begins + timedelta(hours=8),
    )
    return {
        "desk:open_case": {"number": second.number},
        "desk:one_duty": {"pk": duty.pk},
        "desk:mechanism": {"pk": DutyList.objects.order_by("pk")[0].pk},
        "desk:people_verb": {"verb": "new_person"},
        "desk:territory_verb": {"verb": "make_beat"},
        "desk:settings_verb": {"verb": "change_password"},
        "*": {
            "number": matter.number,
            "uid": case.uid,
            "code": report.code,
            "pk": report.pk,
            "verb": "progress",
        },
        "desk:report_verb": {"pk": report.pk, "verb": "refuse"},
        "desk:case_verb": {"uid": case.uid, "verb": "plan_session"},
        "desk:case_verb_on": {"uid": case.uid, "verb": "open_party", "target": case.parties.all()[0].pk},
        "desk:verb_on": {
            "number": matter.number,
            "verb": "settle_promise",
            "target": matter.promises.last().pk,
        },
    }


def _case(stage: Stage, matter: Any) -> MediationCase:
    by = stage.cast.actor("head") if stage.cast.actor("head").scope.can("mediation.handle") else None
    mediator = stage.cast.actor("mediator")
    actions.join(matter, by=stage.cast.actor("head"), person=stage.cast.people["mediator"])
    case = mediation.open_case(
        matter, by=by or mediator, mediator=stage.cast.people["mediator"], start="own", facts="楼上漏水"
    )
    for side, name in (("applicant", "张志华"), ("respondent", "刘强")):
        mediation.add_party(case, by=mediator, party=mediation.PartyDraft(side=side, name=name))
    return case


MOMENTARY = {"desk:received", "desk:import_job"}
"""Pages that are there only right after something was sent: a report just taken in, a table just uploaded."""
OTHERS = {
    "desk:open_case": "mediator",
    "desk:categories": "admin",
    "desk:templates": "admin",
    "desk:template": "admin",
}
"""Pages of somebody else's work."""
WHO = {"portal": "", "field": "head", "board": "head", "desk": "head"}


def test_pages_are_clean(stage: Stage) -> None:
    """Walk the URL conf; what needs data gets it; what is not a page is named above."""
    values = furnish(stage)
    axe, faults, opened = Axe(), [], 0
    for name, route, parameters in routes(get_resolver().url_patterns):
        if name in FILES or route.startswith("language/"):
            continue
        known = {**values["*"], **values.get(name, {})}
        if not parameters <= set(known):
            continue
        path = "/" + _fill(route, known)
        who = OTHERS.get(name) or WHO.get(name.partition(":")[0], "")
        page = _open(stage, who if name not in {"signin"} else "", path)
        if page is None:
            continue
        if isinstance(page, int):
            if name not in MOMENTARY:
                faults.append(f"{name} {path}: {page}")
            continue
        opened += 1
        faults += look(axe, page, path)
    assert opened >= 30
    assert not faults, "\n".join(faults)


def look(axe: Axe, page: Any, path: str) -> list[str]:
    """What is wrong with an open page; closes it."""
    faults = [] if page.locator("h1").count() else [f"{path}: no heading"]
    for violation in axe.run(page)["violations"]:
        where = [node["target"] for node in violation["nodes"]][:2]
        faults.append(f"{path}: {violation['id']} {where}")
    page.close()
    return faults


def _fill(route: str, known: dict[str, Any]) -> str:
    for key, value in known.items():
        for kind in ("str", "int", "uuid", "slug"):
            route = route.replace(f"<{kind}:{key}>", str(value))
    return route


def _open(stage: Stage, who: str, path: str) -> Any:
    """The page, or None where the route takes only what is sent to it (405) or leads elsewhere."""
    context = stage.page(who, "/healthz").context
    probe = context.request.get(stage.base + path, max_redirects=0)
    if probe.status in {301, 302, 303, 405} or "text/html" not in probe.headers.get("content-type", ""):
        assert probe.status < 500, f"{path}: {probe.status}"
        if probe.status != 404:
            return None
    if probe.status != 200:
        return probe.status
    page = context.new_page()
    page.goto(stage.base + path)
    page.wait_for_load_state("networkidle")
    return page
