"""Who may do what: every verb of the room against outsiders, people without rights, residents and clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from itertools import product

import pytest

from fengqiao.accounts.scope import NOBODY, RESIDENT, SYSTEM, Actor
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters.models import Event, Matter
from fengqiao.mediation import actions, policy
from fengqiao.mediation.models import Agreement, Document, MediationCase, Party, Session, Term, Visit
from fengqiao.mediation.rules import Answers
from fengqiao.teams.models import Appointment
from tests.cast import NOW, Cast
from tests.mediation.conftest import Room

DRAFT = actions.PartyDraft(side="other", name="王五")


class Stage:
    """Cases at every point of a mediation, each made when it is first asked for."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def build(self) -> None:
        """Make all of them."""
        for name in dir(type(self)):
            if isinstance(getattr(type(self), name), cached_property):
                getattr(self, name)

    @cached_property
    def matter(self) -> Matter:
        return self.room.matter()

    @cached_property
    def crime(self) -> Matter:
        return self.room.matter()

    @cached_property
    def risky(self) -> Matter:
        return self.room.matter(code="EC7")

    @cached_property
    def checking(self) -> MediationCase:
        return self.room.case(self.room.matter())

    @cached_property
    def party(self) -> Party:
        return self.room.party(self.checking)

    @cached_property
    def open(self) -> MediationCase:
        return self.room.started(self.room.case(self.room.matter()))

    @cached_property
    def session(self) -> Session:
        return self.room.session(self.open)

    @cached_property
    def draft(self) -> Agreement:
        case = self.room.started(self.room.case(self.room.matter()))
        return actions.draft_agreement(
            case, by=self.room.by(), form="written", facts="事实清楚", terms=self.room.terms(case)
        )

    @cached_property
    def agreement(self) -> Agreement:
        return self.room.agreed(self.room.started(self.room.case(self.room.matter())))

    @cached_property
    def term(self) -> Term:
        return self.agreement.terms.get(position=1)

    @cached_property
    def broken(self) -> Term:
        term = self.agreement.terms.get(position=2)
        return actions.record_performance(term, by=self.room.by(), kept=False, note="没有付款")

    @cached_property
    def paper(self) -> Document:
        return actions.make_document(self.open, by=self.room.by(), kind="rights")


@pytest.fixture
def stage(room: Room) -> Stage:
    """Everything a verb can be tried on."""
    return Stage(room)


Try = Callable[[Stage, Actor], object]

VERBS: dict[str, Try] = {
    "open_case": lambda s, by: actions.open_case(
        s.matter, by=by, mediator=s.room.cast.people["mediator"], start="party", facts="争执"
    ),
    "refuse_case": lambda s, by: actions.refuse_case(
        s.crime,
        by=by,
        mediator=s.room.cast.people["mediator"],
        start="party",
        facts="争执",
        answers=Answers(crime=True),
        routes_told="报警",
    ),
    "change_mediator": lambda s, by: actions.change_mediator(
        s.checking, by=by, to=s.room.cast.people["justice"], reason="双方另选"
    ),
    "add_party": lambda s, by: actions.add_party(s.checking, by=by, party=DRAFT),
    "correct_party": lambda s, by: actions.correct_party(
        s.party, by=by, party=actions.PartyDraft(side="applicant", name="张建国")
    ),
    "remove_party": lambda s, by: actions.remove_party(s.party, by=by, reason="加错了"),
    "tell_rights": lambda s, by: actions.tell_rights(s.checking, by=by, parties=[s.party]),
    "record_consent": lambda s, by: actions.record_consent(s.party, by=by, given=True, how="当面"),
    "open_party": lambda s, by: actions.open_party(s.party, by=by, purpose="联系当事人"),
    "start_mediation": lambda s, by: actions.start_mediation(s.checking, by=by),
    "plan_session": lambda s, by: actions.plan_session(
        s.open, by=by, planned_at=NOW + timedelta(days=2), place="警务室"
    ),
    "record_session": lambda s, by: actions.record_session(
        s.session, by=by, rights_told=True, statements="都说了", result="再谈", agreed=False
    ),
    "cancel_session": lambda s, by: actions.cancel_session(s.session, by=by, why="一方有事"),
    "extend": lambda s, by: actions.extend(
        s.open, by=by, until=s.open.due_at + timedelta(days=9), asked_by_both=True, why="等鉴定"
    ),
    "end_case": lambda s, by: actions.end_case(
        s.open, by=by, outcome="failed", why="谈不拢", routes_told="法院"
    ),
    "withdraw_case": lambda s, by: actions.withdraw_case(s.open, by=by, why="不想调了"),
    "hand_up": lambda s, by: actions.hand_up(
        s.open, by=by, tried="两次", blocked_by="金额", routes_told="法院"
    ),
    "draft_agreement": lambda s, by: actions.draft_agreement(
        s.open, by=by, form="written", facts="事实", terms=s.room.terms(s.open)
    ),
    "sign_agreement": lambda s, by: actions.sign_agreement(
        s.draft, by=by, signed_by_all=True, mediator_signed=True, committee_sealed=True
    ),
    "record_agreement": lambda s, by: actions.record_agreement(
        s.open,
        by=by,
        form="written",
        facts="事实",
        terms=s.room.terms(s.open),
        signed_by_all=True,
        mediator_signed=True,
        committee_sealed=True,
    ),
    "record_confirmation": lambda s, by: actions.record_confirmation(
        s.agreement, by=by, step="applied", on=date(2026, 3, 11), together=True
    ),
    "record_performance": lambda s, by: actions.record_performance(s.term, by=by, kept=True, note="修好了"),
    "renew_term": lambda s, by: actions.renew_term(
        s.broken, by=by, due_at=NOW + timedelta(days=20), why="月底付"
    ),
    "record_visit": lambda s, by: actions.record_visit(s.agreement, by=by, note="两家都平静"),
    "report_danger": lambda s, by: actions.report_danger(s.open, by=by, text="带了刀", kinds=["weapon"]),
    "mark_kept_from_violence": lambda s, by: actions.mark_kept_from_violence(
        s.risky, by=by, reason="一方扬言砸店，当场劝住"
    ),
    "make_document": lambda s, by: actions.make_document(s.open, by=by, kind="consent"),
    "receive_paper": lambda s, by: actions.receive_paper(s.open, by=by, kind="identity", pages=2),
    "read_document": lambda s, by: actions.read_document(s.paper, by=by, purpose="核对"),
}
LOOKING = {"open_party", "read_document"}
"""Verbs that an officer of the area without a part in mediation may do, for their right to read contacts."""
FOLLOWING = {"record_performance", "record_visit", "report_danger"}


def test_every_action_on_a_case_is_tried_here() -> None:
    assert set(VERBS) | {"save_template", "drop_template"} == set(policy.ACTIONS)
    assert set(policy.ACTIONS) <= set(actions.__all__)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_mediator_or_the_beat_officer_may(stage: Stage, verb: str) -> None:
    by = stage.room.by("officer")
    if verb == "start_mediation":
        assert stage.party.side == "applicant"
        stage.room.party(stage.checking, "respondent", "刘芳")
        for party in stage.checking.parties.all():
            actions.record_consent(party, by=by, given=True, how="当面", rights_told=True)
    VERBS[verb](stage, by)


def _counts() -> tuple[int, ...]:
    drafts = Agreement.objects.filter(valid_from=None).count()
    return (
        Event.objects.count(),
        MediationCase.objects.count(),
        drafts,
        Document.objects.count(),
        Visit.objects.count(),
    )


def test_outsiders_find_nothing_and_change_nothing(stage: Stage) -> None:
    stage.build()
    before = _counts()
    strangers = [
        stage.room.by(n) for n in ("outsider", "nobody", "volunteer", "auditor", "admin", "assistant")
    ]
    strangers += [RESIDENT, SYSTEM, Actor("partner", name="法院"), Actor("person", NOBODY)]
    for verb, by in product(VERBS, strangers):
        with pytest.raises(OutOfReach):
            VERBS[verb](stage, by)
    assert _counts() == before


def test_who_only_sees_is_told_whose_it_is(stage: Stage) -> None:
    stage.build()
    before = _counts()
    for verb, name in product(
        sorted(set(VERBS) - LOOKING - FOLLOWING), ("grid_worker", "street_staff", "duty")
    ):
        with pytest.raises(NotAllowed):
            VERBS[verb](stage, stage.room.by(name))
    assert _counts() == before


@pytest.mark.parametrize("verb", sorted(LOOKING | FOLLOWING))
def test_grid_workers_may_look_and_follow_up(stage: Stage, verb: str) -> None:
    VERBS[verb](stage, stage.room.by("grid_worker"))


def test_an_appointment_that_ended_bites_at_once(stage: Stage, cast: Cast) -> None:
    stage.build()
    before = _counts()
    Appointment.objects.filter(person=cast.people["officer"]).update(valid_to=date(2026, 3, 11))
    for verb in VERBS:
        with pytest.raises((OutOfReach, NotAllowed)):
            VERBS[verb](stage, stage.room.by("officer"))
    assert _counts() == before


def test_nobody_sees_the_mediation_of_a_matter_about_themselves(room: Room, cast: Cast) -> None:
    matter = room.matter(code="NB9", about=cast.people["grid_worker"])
    case = room.case(matter)
    assert not MediationCase.objects.visible_to(room.by("grid_worker").scope).filter(pk=case.pk).exists()
    assert MediationCase.objects.visible_to(room.by("street_staff").scope).filter(pk=case.pk).exists()


def test_the_right_must_be_held_over_this_area(room: Room, cast: Cast) -> None:
    """Seeing matters here and mediations elsewhere does not add up to seeing mediations here."""
    person = cast.people["nobody"]
    for role, area in (
        ("department_staff", "street"),
        ("mediator", "other_street"),
        ("lawyer", "other_street"),
    ):
        Appointment.objects.create(
            person=person, role=role, area=cast.areas[area], valid_from=date(2025, 1, 1), created_at=NOW
        )
    case = room.case()
    assert not MediationCase.objects.visible_to(room.by("nobody").scope).filter(pk=case.pk).exists()


def test_a_stale_page_is_refused(room: Room) -> None:
    case = room.started()
    seen = MediationCase.objects.get(pk=case.pk).version
    room.session(case)
    with pytest.raises(Refusal) as refusal:
        actions.end_case(case, by=room.by(), outcome="failed", why="谈不拢", routes_told="法院", version=seen)
    assert refusal.value.code == "stale"
