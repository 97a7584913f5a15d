"""Who may do what: every action as its owner, as a keeper of the system, and as a visitor."""

from __future__ import annotations

import pytest
from django.db import transaction

from fengqiao.accounts.scope import NOBODY, Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach
from fengqiao.matters import actions
from fengqiao.matters.models import Category, Event, Matter
from fengqiao.matters.policy import ACTIONS
from tests.cast import Cast
from tests.matters.conftest import Make
from tests.matters.verbs import CASES

WITHOUT_SUBJECT = {"open_matter", "load_reference", "rate"}


def test_every_action_has_its_row() -> None:
    """Actions, policy and these tests name the same verbs."""
    assert set(actions.__all__) - {"TaskDraft"} == set(ACTIONS)
    assert set(CASES) | WITHOUT_SUBJECT == set(ACTIONS)


@pytest.mark.parametrize("verb", CASES)
def test_it_works_for_whom_it_belongs_to(cast: Cast, make: Make, verb: str) -> None:
    """The right person does it, and the story grows by it."""
    case = CASES[verb]
    matter = make(case.state)
    before = Event.objects.filter(matter=matter).count()
    case.do(cast, matter, cast.actor(case.by))
    assert Event.objects.filter(matter=matter).count() > before


@pytest.mark.parametrize("verb", CASES)
@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_it_is_out_of_reach_for_others(cast: Cast, make: Make, verb: str, who: str) -> None:
    """The administrator, the auditor: the matter is not there. People from elsewhere: ``tests/access``."""
    case = CASES[verb]
    matter = make(case.state)
    events = Event.objects.count()
    with pytest.raises(OutOfReach), transaction.atomic():
        case.do(cast, matter, cast.actor(who))
    assert Event.objects.filter(matter=matter).count() <= events


@pytest.mark.parametrize("verb", sorted(set(CASES) - {"reopen", "urge"}))
def test_residents_and_visitors_cannot(cast: Cast, make: Make, verb: str) -> None:
    """Somebody not signed in holds no verb on a matter but urging, asking again and rating."""
    case = CASES[verb]
    matter = make(case.state)
    with pytest.raises((NotAllowed, OutOfReach)), transaction.atomic():
        case.do(cast, matter, Actor("resident", NOBODY, "居民"))


def test_a_person_cannot_touch_a_matter_about_themselves(cast: Cast, make: Make) -> None:
    """A complaint about the duty officer is not there for the duty officer, whatever their rights."""
    matter = make("active")
    Matter.objects.filter(pk=matter.pk).update(about=cast.people["duty"])
    for verb in ("assign", "urge", "reclassify", "merge"):
        with pytest.raises(OutOfReach), transaction.atomic():
            CASES[verb].do(cast, matter, cast.actor("duty"))


def test_a_restricted_matter_is_closed_to_most(cast: Cast, make: Make) -> None:
    """Only its handlers and those trusted with restricted matters see it; the committee of the area does not."""
    matter = make("active")
    Matter.objects.filter(pk=matter.pk).update(restricted=True)
    seen = {
        name
        for name in cast.people
        if Matter.objects.visible_to(cast.actor(name).scope).filter(pk=matter.pk).exists()
    }
    assert {"grid_worker", "duty", "head"} <= seen
    assert not seen & {"committee", "grid_worker2", "volunteer", "outsider", "admin", "auditor", "nobody"}


def test_a_withdrawn_appointment_bites_at_once(cast: Cast, make: Make) -> None:
    """The next scope built after revocation has nothing left."""
    matter = make("active")
    appointment = cast.people["street_staff"].appointments.get()
    assert Matter.objects.visible_to(cast.actor("street_staff").scope).filter(pk=matter.pk).exists()
    appointment.revoked_at = appointment.created_at
    appointment.save()
    assert not Matter.objects.visible_to(cast.actor("street_staff").scope).filter(pk=matter.pk).exists()


def test_who_has_no_appointment_left_loses_their_own_matters_too(cast: Cast, make: Make) -> None:
    """The owner whose last appointment ended sees and does nothing more; somebody else hands the matter on."""
    matter = make("active")
    cast.people["grid_worker"].appointments.update(revoked_at=clock.now())
    gone = cast.actor("grid_worker")
    assert not Matter.objects.visible_to(gone.scope).exists()
    with pytest.raises(OutOfReach), transaction.atomic():
        actions.record_progress(matter, by=gone, text="看过")
    actions.assign(matter, by=cast.actor("duty"), to=cast.people["officer"])


def test_a_visitor_opens_no_matters(cast: Cast) -> None:
    """They bring reports; whether one becomes a matter a person decides."""
    with pytest.raises(NotAllowed):
        actions.open_matter(
            by=Actor("resident", NOBODY, "居民"),
            category=Category.objects.get(code="NB2", valid_to__isnull=True),
            title="漏水",
            area=cast.areas["grid1"],
            origin="resident",
        )
