"""People: whose account it is, what is sealed, what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from fengqiao.accounts import reach
from fengqiao.accounts.actions import (
    activate,
    change_password,
    change_person,
    choose_language,
    create_person,
    deactivate,
    issue_token,
    read_phone,
    revoke_token,
    set_password,
    set_phone,
)
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.accounts.queries import people_by_phone, person_of_token, phone_reads, tokens_of
from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.teams.models import Appointment, Station
from tests.cast import NOW, Cast

GOOD = "柳溪-晚风-2026-河埠头"


def last() -> Entry:
    return Entry.objects.order_by("-id")[0]


def new_person(by: Actor, **changes: str) -> Person:
    return create_person(by=by, **{"username": "zhang.wei", "name": "张伟", **changes})


def test_a_new_person_has_no_rights_and_cannot_sign_in_without_a_password(cast: Cast) -> None:
    person = new_person(cast.actor("head"), phone="138 0000 1234", title="辅警")
    cast.people["new"] = person
    assert cast.actor("new").scope.grants == ()
    assert not person.has_usable_password()
    assert (last().verb, last().data) == ("person.created", {"username": "zhang.wei"})
    assert person.created_at == NOW


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "Officer"}, "taken"),
        ({"username": "有汉字"}, "bad_username"),
        ({"username": "x"}, "bad_username"),
        ({"name": "  "}, "missing"),
        ({"password": "12345678"}, "weak_password"),
        ({"password": "password123"}, "weak_password"),
        ({"password": "ZHANG.WEI", "username": "zhang.wei"}, "weak_password"),
        ({"phone": "12"}, "bad_phone"),
    ],
)
def test_what_cannot_be_a_person_is_refused(cast: Cast, changes: dict[str, str], code: str) -> None:
    before = Person.objects.count()
    with pytest.raises(Refusal) as found:
        new_person(cast.actor("head"), **changes)
    assert found.value.code == code
    assert Person.objects.count() == before


def test_phones_are_sealed_and_each_read_is_logged_with_its_purpose(cast: Cast) -> None:
    officer = cast.people["officer"]
    set_phone(officer, by=cast.actor("head"), phone="13800005678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone_sealed FROM accounts_person WHERE id = %s", [officer.pk])
        assert b"13800005678" not in bytes(cursor.fetchone()[0])
    assert read_phone(officer, by=cast.actor("duty"), purpose="夜间有人求助，要他到场") == "13800005678"
    entry = last()
    assert (entry.verb, entry.actor_id, entry.data["purpose"]) == (
        "contact.read", cast.people["duty"].pk, "夜间有人求助，要他到场",
    )  # fmt: skip
    assert [e.pk for e in phone_reads(officer, by=cast.actor("officer"))] == [entry.pk]
    assert "13800005678" not in str(list(Entry.objects.values_list("data", flat=True)))


def test_no_purpose_no_phone(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        read_phone(cast.people["officer"], by=cast.actor("duty"), purpose=" ")
    assert found.value.field == "purpose"


def test_who_looked_is_told_to_oneself_and_the_auditor_only(cast: Cast) -> None:
    assert phone_reads(cast.people["officer"], by=cast.actor("auditor")) == []
    with pytest.raises(OutOfReach):
        phone_reads(cast.people["officer"], by=cast.actor("head"))


def test_an_auditor_of_another_street_is_not_told(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["auditor"]).update(area=cast.areas["other_street"])
    with pytest.raises(OutOfReach):
        phone_reads(cast.people["officer"], by=cast.actor("auditor"))
    assert phone_reads(cast.people["outsider"], by=cast.actor("auditor")) == []


def test_who_left_still_belongs_where_they_worked(cast: Cast) -> None:
    """Their account is not anybody's who appoints somewhere: what stands in their name would come with it."""
    left, elsewhere = cast.people["grid_worker"], cast.people["outsider"]
    Appointment.objects.filter(person=left).update(revoked_at=NOW)
    Appointment.objects.create(
        person=elsewhere,
        role="station_head",
        area=cast.areas["other_street"],
        valid_from=date(2025, 1, 1),
        created_at=NOW,
    )
    with pytest.raises(OutOfReach):
        set_password(left, by=cast.actor("outsider"), password=GOOD)
    assert set_password(left, by=cast.actor("head"), password=GOOD).pk == left.pk
    assert set_password(cast.people["nobody"], by=cast.actor("outsider"), password=GOOD)


def test_people_are_found_by_an_exact_phone_within_sight(cast: Cast) -> None:
    set_phone(cast.people["outsider"], by=SYSTEM, phone="+86 138-0000-9999")
    assert people_by_phone("13800009999", by=cast.actor("head")) == [cast.people["outsider"]]
    assert people_by_phone("13800009999", by=cast.actor("officer")) == []
    assert people_by_phone("1380000999", by=cast.actor("head")) == []
    assert people_by_phone("", by=cast.actor("head")) == []


def test_one_may_take_ones_own_phone_off(cast: Cast) -> None:
    set_phone(cast.people["officer"], by=cast.actor("officer"), phone="13800005678")
    person = set_phone(cast.people["officer"], by=cast.actor("officer"), phone="")
    assert (person.phone_sealed, person.phone_index) == (None, "")


def test_ones_own_password_needs_the_old_one(cast: Cast) -> None:
    officer = cast.people["officer"]
    set_password(officer, by=cast.actor("head"), password=GOOD)
    with pytest.raises(Refusal) as found:
        change_password(officer, by=cast.actor("officer"), old="不对", new="另一个-长长的-密码")
    assert found.value.code == "wrong_password"
    with pytest.raises(Refusal):
        change_password(officer, by=cast.actor("officer"), old=GOOD, new=GOOD)
    with pytest.raises(OutOfReach):
        change_password(officer, by=cast.actor("head"), old=GOOD, new="另一个-长长的-密码")
    person = change_password(officer, by=cast.actor("officer"), old=GOOD, new="另一个-长长的-密码")
    assert person.check_password("另一个-长长的-密码")
    assert "密码" not in str(last().data)


def test_keepers_of_the_system_are_reset_by_the_system_alone(cast: Cast) -> None:
    for key in ("admin", "auditor"):
        with pytest.raises(NotAllowed):
            set_password(cast.people[key], by=cast.actor("head"), password=GOOD)
    assert set_password(cast.people["admin"], by=SYSTEM, password=GOOD).check_password(GOOD)
    with pytest.raises(NotAllowed):
        set_password(cast.people["head"], by=cast.actor("head"), password=GOOD)


def test_switched_off_people_lose_rights_and_tokens_at_once(cast: Cast) -> None:
    street_staff = cast.people["street_staff"]
    issued = issue_token(street_staff, by=cast.actor("street_staff"), label="统计")
    deactivate(street_staff, by=cast.actor("head"), reason="调离")
    street_staff.refresh_from_db()
    cast.people["street_staff"] = street_staff
    assert cast.actor("street_staff").scope.grants == ()
    assert person_of_token(issued.secret) is None
    assert last().data == {"reason": "调离", "tokens": 1}
    activate(street_staff, by=cast.actor("head"), reason="调回")
    assert person_of_token(issued.secret) is None


def test_nobody_switches_themselves_or_the_default_owner_off(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        deactivate(cast.people["head"], by=cast.actor("head"), reason="试")
    with pytest.raises(Refusal) as found:
        deactivate(Station.objects.get().default_owner, by=cast.actor("head"), reason="试")
    assert found.value.code == "still_needed"
    with pytest.raises(Refusal):
        deactivate(cast.people["officer"], by=cast.actor("head"), reason=" ")


def test_a_language_is_chosen_for_oneself(cast: Cast) -> None:
    assert choose_language(cast.people["officer"], by=cast.actor("officer"), language="en").language == "en"
    with pytest.raises(Refusal):
        choose_language(cast.people["officer"], by=cast.actor("officer"), language="xx")
    with pytest.raises(OutOfReach):
        choose_language(cast.people["officer"], by=cast.actor("head"), language="en")


def test_people_without_appointments_belong_to_whoever_appoints(cast: Cast) -> None:
    change_person(cast.people["nobody"], by=cast.actor("head"), name="有职", title="志愿者")
    assert (last().verb, last().data["columns"]) == ("person.changed", ["name", "title"])
    with pytest.raises(OutOfReach):
        change_person(cast.people["nobody"], by=cast.actor("duty"), name="有职")


def test_an_appointer_of_one_street_does_not_reach_people_of_another(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["head"]).update(area=cast.areas["street"])
    change_person(cast.people["officer"], by=cast.actor("head"), name="王建国", title="警长")
    with pytest.raises(OutOfReach):
        change_person(cast.people["outsider"], by=cast.actor("head"), name="杨帆")
    Appointment.objects.create(
        person=cast.people["officer"], role="volunteer", area=cast.areas["other_street"],
        valid_from=date(2026, 6, 1), created_at=NOW,
    )  # fmt: skip
    with pytest.raises(NotAllowed):  # part of the person's work, though still to come, lies elsewhere
        set_password(cast.people["officer"], by=cast.actor("head"), password=GOOD)


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "change_person": lambda c, by: change_person(c.people["officer"], by=by, name="王建国", title="警长"),
    "set_phone": lambda c, by: set_phone(c.people["officer"], by=by, phone="13800001111"),
    "set_password": lambda c, by: set_password(c.people["officer"], by=by, password=GOOD),
    "deactivate": lambda c, by: deactivate(c.people["officer"], by=by, reason="试"),
    "activate": lambda c, by: activate(c.people["officer"], by=by, reason="试"),
    "issue_token": lambda c, by: issue_token(c.people["officer"], by=by, label="试"),
    "read_phone": lambda c, by: read_phone(c.people["officer"], by=by, purpose="试"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_out_of_reach_for_outsiders(cast: Cast, verb: str) -> None:
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    if verb != "read_phone":
        with pytest.raises(NotAllowed):
            VERBS[verb](cast, cast.actor("auditor"))  # sees people, manages none
    assert Entry.objects.count() == before
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() == before + 1


def test_only_who_appoints_creates_people(cast: Cast) -> None:
    for actor in (cast.actor("officer"), cast.actor("admin"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(NotAllowed):
            new_person(actor)


def test_without_teams_nobody_reaches_anybody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_reach", reach._Nobody())
    with pytest.raises(OutOfReach):
        change_person(cast.people["officer"], by=cast.actor("head"), name="王建国")
    assert read_phone(cast.people["officer"], by=cast.actor("officer"), purpose="自己看") == ""


# tokens


def test_a_token_is_shown_once_and_kept_as_a_digest(cast: Cast) -> None:
    issued = issue_token(
        cast.people["street_staff"], by=cast.actor("street_staff"), label="统计程序", days=30
    )
    assert issued.secret.startswith("fq_")
    assert issued.secret not in str(list(ApiToken.objects.values()))
    assert issued.token.expires_at == NOW + timedelta(days=30)
    assert person_of_token(issued.secret) == cast.people["street_staff"]
    assert person_of_token(issued.secret + "x") is None
    assert person_of_token("\udcff") is None


def test_a_token_ends_by_its_date_or_by_hand(cast: Cast) -> None:
    actor = cast.actor("street_staff")
    issued = issue_token(cast.people["street_staff"], by=actor, label="统计", days=1)
    with clock.at(NOW + timedelta(days=1)):
        assert person_of_token(issued.secret) is None
    first = revoke_token(issued.token, by=actor)
    entries = Entry.objects.count()
    assert revoke_token(issued.token, by=actor).revoked_at == first.revoked_at
    assert Entry.objects.count() == entries
    assert person_of_token(issued.secret) is None


def test_tokens_have_their_limits(cast: Cast) -> None:
    person, actor = cast.people["street_staff"], cast.actor("street_staff")
    for days in (0, 367):
        with pytest.raises(Refusal):
            issue_token(person, by=actor, label="统计", days=days)
    with pytest.raises(Refusal):
        issue_token(person, by=actor, label=" ")
    for n in range(10):
        issue_token(person, by=actor, label=f"第 {n} 个")
    with pytest.raises(Refusal) as found:
        issue_token(person, by=actor, label="又一个")
    assert found.value.code == "too_many"


def test_tokens_are_ones_own_or_the_managers(cast: Cast) -> None:
    with pytest.raises(NotAllowed):  # a beat officer has no right to the API
        issue_token(cast.people["officer"], by=cast.actor("officer"), label="试")
    issued = issue_token(cast.people["street_staff"], by=cast.actor("head"), label="外部系统")
    assert tokens_of(cast.people["street_staff"], by=cast.actor("head")) == [issued.token]
    with pytest.raises(OutOfReach):
        revoke_token(issued.token, by=cast.actor("outsider"))
    with pytest.raises(NotAllowed):
        tokens_of(cast.people["street_staff"], by=cast.actor("duty"))
    Person.objects.filter(pk=cast.people["street_staff"].pk).update(is_active=False)
    with pytest.raises(Refusal) as found:
        issue_token(cast.people["street_staff"], by=cast.actor("head"), label="外部系统")
    assert found.value.code == "inactive"
