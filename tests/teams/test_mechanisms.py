"""Named mechanisms: loaded once, changed in place, kept up with evidence, late when nobody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import EVIDENCE_KINDS, list_places, load_place, using
from fengqiao.teams.actions import load_mechanisms, name_owner, record_evidence
from fengqiao.teams.choices import EvidenceKind
from fengqiao.teams.models import DutyItem, DutyList, Evidence
from fengqiao.teams.queries import duty_lists, item_states, overdue_items
from fengqiao.teams.rules import next_due
from tests.cast import NOW, Cast


def item(key: str = "prevent") -> DutyItem:
    return DutyItem.objects.get(list__key="closed_loop", key=key)


def test_the_words_for_evidence_are_those_of_the_configuration() -> None:
    assert {str(v): str(label) for v, label in EvidenceKind.choices} == {
        k: v.zh for k, v in EVIDENCE_KINDS.items()
    }


@pytest.mark.parametrize("place", ["base", *list_places()])
def test_mechanisms_of_every_place_load_and_a_second_time_changes_nothing(cast: Cast, place: str) -> None:
    with using(place):
        config = load_place(place)
        first = load_mechanisms()
        entries = Entry.objects.count()
        second = load_mechanisms()
    wanted = sum(len(m.items) for m in config.mechanisms) + sum(len(d.items) for d in config.duty_lists)
    assert first["added"] == first["items"] == wanted == DutyItem.objects.filter(active=True).count()
    assert (second["added"], second["changed"], second["retired"]) == (0, 0, 0)
    assert Entry.objects.count() == entries


def test_another_configuration_keeps_evidence_and_retires_what_is_gone(cast: Cast) -> None:
    load_mechanisms()
    record_evidence(item(), by=cast.actor("officer"), text="排查了三处")
    with using("s2"):
        counts = load_mechanisms()
    assert counts["added"] > 0
    assert Evidence.objects.count() == 1
    DutyItem.objects.create(
        list=DutyList.objects.get(key="closed_loop"), key="old", position=9, title="旧项", owner_role="auxiliary",
        evidence="note",
    )  # fmt: skip
    back = load_mechanisms()
    assert back["retired"] >= 2
    assert not item("old").active
    assert [x.key for x in duty_lists()] == ["closed_loop"]


def test_evidence_puts_off_the_next_due_day(cast: Cast) -> None:
    load_mechanisms()
    states = {s.item.key: s for s in item_states()}
    assert states["prevent"].due_on == date(2026, 4, 10)
    assert states["settle"].due_on is None
    with clock.at(NOW + timedelta(days=35)):
        late = overdue_items()
        assert [(s.item.key, s.days_late) for s in late] == [("prevent", 5), ("govern", 5)]
        record_evidence(item(), by=cast.actor("officer"), text="排查了三处", reference="2026-00012")
        assert [s.item.key for s in overdue_items()] == ["govern"]
        state = next(s for s in item_states() if s.item.key == "prevent")
        assert (state.last, state.due_on) == (clock.now(), date(2026, 5, 15))
        assert Entry.objects.order_by("-id")[0].verb == "evidence.recorded"
    assert {s.item.key for s in overdue_items(NOW + timedelta(days=34))} == {"prevent", "govern"}


def test_next_due_counts_from_the_last_time_or_the_beginning() -> None:
    start = date(2026, 1, 1)
    assert next_due(None, start, 7) == date(2026, 1, 8)
    assert next_due(date(2026, 1, 5), start, 7) == date(2026, 1, 12)
    assert next_due(None, start, None) is None


def test_states_cost_few_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    with using("s2"):
        load_mechanisms()
        with django_assert_max_num_queries(2):  # type: ignore[operator]
            assert len(item_states()) > 20


def test_an_item_is_done_by_its_role_its_owner_or_the_roster_keeper(cast: Cast) -> None:
    load_mechanisms()
    with pytest.raises(NotAllowed) as found:
        record_evidence(item(), by=cast.actor("grid_worker"), text="试")
    assert "社区民警" in found.value.message
    name_owner(item(), by=cast.actor("head"), person=cast.people["grid_worker"])
    record_evidence(item(), by=cast.actor("grid_worker"), text="走了两个小区")
    record_evidence(item(), by=cast.actor("head"), text="所长带队")
    assert Evidence.objects.count() == 2


def test_words_are_needed_and_an_old_item_takes_none(cast: Cast) -> None:
    load_mechanisms()
    with pytest.raises(Refusal):
        record_evidence(item(), by=cast.actor("officer"), text="  ")
    DutyList.objects.update(active=False)
    with pytest.raises(Refusal) as found:
        record_evidence(item(), by=cast.actor("officer"), text="试")
    assert found.value.code == "over"


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "name_owner": lambda c, by: name_owner(item(), by=by, person=c.people["auxiliary"]),
    "record_evidence": lambda c, by: record_evidence(item(), by=by, text="试"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_out_of_reach_for_outsiders(cast: Cast, verb: str) -> None:
    load_mechanisms()
    DutyList.objects.update(area=cast.areas["street"])
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    assert Entry.objects.count() == before
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() == before + 1
