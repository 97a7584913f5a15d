"""Mediation on the desk: opened, parties asked, talked, agreed, kept - and closed to everybody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Category, Matter
from fengqiao.mediation.models import MediationCase
from tests.cast import Cast


def browser(cast: Cast, who: str) -> Client:
    """A browser of one of the cast."""
    client = Client()
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def matter(cast: Cast) -> Matter:
    """A leak between two flats, in the hands of the mediator."""
    made = matters.open_matter(
        by=cast.actor("duty"),
        category=Category.objects.get(code="NB2", valid_to__isnull=True),
        title="5 栋 302 漏到 202",
        summary="卫生间天花板滴水，两家为谁赔僵住",
        area=cast.areas["grid1"],
        origin="resident",
        owner=cast.people["mediator"],
    )
    return matters.accept(made, by=cast.actor("mediator"))


def opened(cast: Cast, matter: Matter) -> MediationCase:
    """Open the mediation on screen."""
    client = browser(cast, "mediator")
    path = f"/desk/matters/{matter.number}/mediation/"
    assert "先核对适不适合调解" in client.get(path).content.decode()
    sent = {"start": "party", "mediator": cast.people["mediator"].pk, "facts": "楼上漏水"}
    assert client.post(path, sent).status_code == 303
    return MediationCase.objects.get()


def do(
    client: Client, case: MediationCase, verb: str, sent: dict[str, object], target: int | None = None
) -> None:
    """Show the form of a verb, send it, expect it done."""
    path = f"/desk/mediation/{case.uid}/do/{verb}/" + (f"{target}/" if target else "")
    assert client.get(path).status_code == 200
    answer = client.post(path, sent)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.content.decode())[:3000]


def test_from_opening_to_a_kept_term(cast: Cast, matter: Matter) -> None:
    """The whole way through the pages."""
    case = opened(cast, matter)
    client = browser(cast, "mediator")
    do(client, case, "add_party", {"side": "applicant", "name": "张志华", "phone": "13800001234"})
    do(client, case, "add_party", {"side": "respondent", "name": "刘强"})
    for party in case.parties.all():
        do(client, case, "record_consent", {"given": "1", "how": "当面签字", "rights_told": "on"}, party.pk)
    do(client, case, "start_mediation", {})
    soon = clock.local(clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    do(client, case, "plan_session", {"planned_at": soon, "minutes": "60", "place": "社区调解室"})
    session = case.sessions.get()
    said = {
        "minutes": "70",
        "rights_told": "on",
        "statements": "202 要 6800 元",
        "result": "谈妥",
        "agreed": "on",
    }
    with clock.at(clock.now() + timedelta(days=1, hours=2)):
        do(client, case, "record_session", said, session.pk)
        day = (clock.now() + timedelta(days=9)).date().isoformat()
        respondent = case.parties.get(side="respondent")
        terms = {
            "form": "written",
            "facts": "302 防水层老化",
            "t1_text": "302 付修理费",
            "t1_party": respondent.pk,
            "t1_amount": "2500",
            "t1_how": "微信转账",
            "t1_due": day,
        }
        do(client, case, "draft_agreement", terms)
        signed = {"signed_by_all": "on", "mediator_signed": "on", "committee_sealed": "on"}
        do(client, case, "sign_agreement", signed)
        case.refresh_from_db()
        page = client.get(f"/desk/mediation/{case.uid}/").content.decode()
        assert "司法确认的最后一天" in page
        assert "张志华" not in page
        term = case.agreement.terms.get()
        do(client, case, "record_performance", {"kept": "1", "how": "call", "note": "收到转账"}, term.pk)
    term.promise.refresh_from_db()
    assert term.promise.state == "kept"


def test_a_party_opens_only_with_a_purpose(cast: Cast, matter: Matter) -> None:
    """The name shows once, after a purpose was written."""
    case = opened(cast, matter)
    client = browser(cast, "mediator")
    do(client, case, "add_party", {"side": "applicant", "name": "张志华", "phone": "13800001234"})
    path = f"/desk/mediation/{case.uid}/do/open_party/{case.parties.get().pk}/"
    assert client.post(path, {"purpose": ""}).status_code == 422
    assert "13800001234" in client.post(path, {"purpose": "约调解时间"}).content.decode()


def test_papers_are_made_and_handed_out(cast: Cast, matter: Matter) -> None:
    """A paper is generated and opened as .docx."""
    case = opened(cast, matter)
    client = browser(cast, "mediator")
    do(client, case, "add_party", {"side": "applicant", "name": "张志华"})
    kinds = re.findall(
        rf"/desk/mediation/{case.uid}/papers/(\w+)/",
        client.get(f"/desk/mediation/{case.uid}/").content.decode(),
    )
    assert kinds
    assert client.post(f"/desk/mediation/{case.uid}/papers/{kinds[0]}/").status_code == 303
    document = case.documents.get()
    answer = client.post(
        f"/desk/mediation/{case.uid}/papers/open/{document.uid}/", {"purpose": "打印给当事人"}
    )
    assert answer.content[:2] == b"PK"


def test_a_crime_is_not_mediated(cast: Cast, matter: Matter) -> None:
    """The suitability check refuses with its reason; nothing is opened."""
    sent = {"start": "party", "mediator": cast.people["mediator"].pk, "facts": "打伤", "q_crime": "on"}
    answer = browser(cast, "mediator").post(f"/desk/matters/{matter.number}/mediation/", sent)
    assert answer.status_code == 422
    assert not MediationCase.objects.filter(state__in=["checking", "open"]).exists()


def test_the_list_and_the_figures(cast: Cast, matter: Matter) -> None:
    """The case is in the list, and counted."""
    case = opened(cast, matter)
    client = browser(cast, "mediator")
    for view in ("", "running", "mine", "overdue", "agreed"):
        assert client.get(f"/desk/mediation/?view={view}&from=x").status_code == 200
    assert case.number in client.get("/desk/mediation/").content.decode()
    assert "今年受理 1 件" in client.get("/desk/mediation/figures/").content.decode()


@pytest.mark.parametrize("who", ["outsider", "nobody", "admin"])
def test_others_find_nothing(cast: Cast, matter: Matter, who: str) -> None:
    """Case, verbs, papers: 404."""
    case = opened(cast, matter)
    client = browser(cast, who)
    for path in (
        f"mediation/{case.uid}/",
        f"mediation/{case.uid}/do/add_party/",
        f"matters/{matter.number}/mediation/",
    ):
        assert client.get(f"/desk/{path}").status_code == 404
    assert client.post(f"/desk/mediation/{case.uid}/papers/record/").status_code == 404
