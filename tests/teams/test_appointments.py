"""Appointments: who gives which role to whom, for how long, with which paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import docx
import pytest

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import CASE_RIGHTS, CONTROL_RIGHTS
from fengqiao.teams import certificates
from fengqiao.teams.actions import appoint, change_station, print_certificate, renew, revoke
from fengqiao.teams.models import Appointment, Station
from fengqiao.teams.queries import ending_appointments
from fengqiao.teams.rules import add_months, certificate_number, has_both_sides, may_give, overlap
from tests.cast import NOW, Cast
from tests.paths import ROOT

TODAY = date(2026, 3, 11)


def last() -> Entry:
    return Entry.objects.order_by("-id")[0]


def test_rights_come_with_the_appointment_and_go_with_it(cast: Cast) -> None:
    assert cast.actor("nobody").scope.grants == ()
    row = appoint(cast.people["nobody"], by=cast.actor("head"), role="beat_officer", beat=cast.beats["beat2"])
    assert cast.actor("nobody").scope.can("matter.handle", cast.areas["grid3"].path)
    assert not cast.actor("nobody").scope.can("matter.handle", cast.areas["grid1"].path)
    assert (row.valid_from, row.valid_to, row.by) == (TODAY, None, cast.people["head"])
    assert (last().verb, last().data["role"]) == ("appointment.given", "beat_officer")
    revoke(row, by=cast.actor("head"), reason="调岗")
    assert cast.actor("nobody").scope.grants == ()
    assert last().data["reason"] == "调岗"


def test_a_term_bites_on_its_days(cast: Cast) -> None:
    appoint(
        cast.people["nobody"], by=cast.actor("head"), role="grid_worker", area=cast.areas["grid3"],
        valid_from=TODAY + timedelta(days=2), valid_to=TODAY + timedelta(days=5),
    )  # fmt: skip
    held = []
    for days in range(7):
        with clock.at(NOW + timedelta(days=days)):
            held.append(bool(cast.actor("nobody").scope.grants))
    assert held == [False, False, True, True, True, False, False]


def test_nobody_appoints_themselves(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as found:
        appoint(cast.people["head"], by=cast.actor("head"), role="beat_officer", area=cast.areas["street"])
    assert "不能任命自己" in found.value.message


def test_the_head_gives_every_role_of_the_place(cast: Cast) -> None:
    for role in ("mediator", "auditor", "administrator", "station_head", "volunteer"):
        person = Person.objects.create_person(f"new-{role}", "新人")
        appoint(person, by=cast.actor("head"), role=role, area=cast.areas["county"])


def test_who_appoints_over_less_gives_only_what_they_hold(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["head"]).update(area=cast.areas["street"])
    head = cast.actor("head")
    with pytest.raises(NotAllowed):  # mediation.handle is not the head's own
        appoint(cast.people["nobody"], by=head, role="mediator", area=cast.areas["street"])
    with pytest.raises(NotAllowed):
        appoint(cast.people["nobody"], by=head, role="auditor", area=cast.areas["street"])
    appoint(cast.people["nobody"], by=head, role="grid_worker", area=cast.areas["grid3"])
    with pytest.raises(OutOfReach):
        appoint(cast.people["nobody"], by=head, role="grid_worker", area=cast.areas["other_grid"])


def test_keeping_the_system_and_handling_matters_are_never_one_person(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        appoint(cast.people["officer"], by=cast.actor("head"), role="auditor", area=cast.areas["county"])
    assert found.value.code == "both_sides"
    with pytest.raises(Refusal):
        appoint(cast.people["admin"], by=cast.actor("head"), role="duty_officer", area=cast.areas["county"])
    appoint(cast.people["admin"], by=cast.actor("head"), role="auditor", area=cast.areas["county"])


def test_somebody_out_of_sight_is_not_appointed(cast: Cast) -> None:
    """A role here would bring a stranger's telephone number into sight."""
    Appointment.objects.filter(person=cast.people["head"]).update(area=cast.areas["other_street"])
    with pytest.raises(OutOfReach):
        appoint(
            cast.people["officer"], by=cast.actor("head"), role="volunteer", area=cast.areas["other_street"]
        )
    assert Appointment.objects.filter(person=cast.people["officer"]).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "king"}, "no_role"),
        ({"area": None}, "missing"),
        ({"valid_from": TODAY, "valid_to": TODAY}, "bad_date"),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 6, 1)}, "bad_date"),
        ({"valid_to": date(2046, 1, 1)}, "bad_date"),
        ({"valid_from": date(2030, 1, 1)}, "bad_date"),
        ({"role": "grid_worker", "person": "grid_worker"}, "already"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    values: dict[str, object] = {"role": "volunteer", "area": cast.areas["grid1"], **changes}
    person = cast.people[str(values.pop("person", "nobody"))]
    before = Appointment.objects.count()
    with pytest.raises(Refusal) as found:
        appoint(person, by=cast.actor("head"), **values)  # type: ignore[arg-type]
    assert found.value.code == code
    assert Appointment.objects.count() == before


def test_the_switched_off_are_not_appointed(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["nobody"].pk).update(is_active=False)
    with pytest.raises(Refusal) as found:
        appoint(cast.people["nobody"], by=cast.actor("head"), role="volunteer", area=cast.areas["grid1"])
    assert found.value.code == "inactive"


def test_the_same_role_after_the_old_term_is_no_overlap(cast: Cast) -> None:
    first = appoint(
        cast.people["nobody"], by=cast.actor("head"), role="grid_worker", area=cast.areas["grid3"],
        valid_to=date(2026, 6, 1),
    )  # fmt: skip
    second = renew(first, by=cast.actor("head"), valid_to=date(2027, 6, 1))
    assert (second.valid_from, second.valid_to) == (date(2026, 6, 1), date(2027, 6, 1))
    first.refresh_from_db()
    assert first.valid_to == date(2026, 6, 1)
    with pytest.raises(Refusal):
        renew(first, by=cast.actor("head"))
    with pytest.raises(Refusal) as found:
        renew(Appointment.objects.get(person=cast.people["officer"]), by=cast.actor("head"))
    assert found.value.code == "open_ended"


def test_ending_appointments_are_told_in_time(cast: Cast) -> None:
    row = appoint(
        cast.people["nobody"], by=cast.actor("head"), role="volunteer", area=cast.areas["grid1"],
        valid_to=TODAY + timedelta(days=20),
    )  # fmt: skip
    assert ending_appointments(cast.actor("head")) == [row]
    assert ending_appointments(cast.actor("head"), days=10) == []
    assert ending_appointments(cast.actor("outsider")) == []


def test_one_may_lay_down_ones_own_but_the_last_head_may_not(cast: Cast) -> None:
    own = Appointment.objects.get(person=cast.people["grid_worker"])
    assert revoke(own, by=cast.actor("grid_worker"), reason="搬家").revoked_by == cast.people["grid_worker"]
    with pytest.raises(Refusal) as found:
        revoke(own, by=cast.actor("head"), reason="再一次")
    assert found.value.code == "already"
    mine = Appointment.objects.get(person=cast.people["head"])
    with pytest.raises(Refusal) as found:
        revoke(mine, by=cast.actor("head"), reason="退休")
    assert found.value.code == "last_appointer"
    appoint(cast.people["nobody"], by=cast.actor("head"), role="station_head", area=cast.areas["county"])
    assert revoke(mine, by=cast.actor("head"), reason="退休").revoked_at == NOW


def test_a_withdrawal_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(Refusal):
        revoke(Appointment.objects.get(person=cast.people["officer"]), by=cast.actor("head"), reason="")


VERBS: dict[str, Callable[[Cast, Actor], object]] = {
    "appoint": lambda c, by: appoint(c.people["nobody"], by=by, role="volunteer", area=c.areas["grid1"]),
    "renew": lambda c, by: renew(assistant(c), by=by),
    "revoke": lambda c, by: revoke(Appointment.objects.get(person=c.people["officer"]), by=by, reason="试"),
    "print_certificate": lambda c, by: print_certificate(assistant(c), by=by),
    "change_station": lambda c, by: change_station(by=by, name="望河派出所"),
}  # fmt: skip


def assistant(cast: Cast) -> Appointment:
    rows = Appointment.objects.filter(person=cast.people["assistant"])
    rows.update(valid_to=date(2026, 12, 31), certificate_no="柳公聘〔2026〕1号", duties="协助走访\n参加回访")
    return rows.get()


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_the_heads_alone(cast: Cast, verb: str) -> None:
    before = Entry.objects.count()
    for actor in (cast.actor("outsider"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            VERBS[verb](cast, actor)
    if verb != "print_certificate":
        with pytest.raises(NotAllowed):
            VERBS[verb](cast, cast.actor("auditor"))
    assert Entry.objects.count() == before
    VERBS[verb](cast, cast.actor("head"))
    assert Entry.objects.count() > before


# the station


def test_the_default_owner_is_somebody_who_can_handle_things(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        change_station(by=cast.actor("head"), default_owner=cast.people["nobody"])
    assert found.value.code == "bad_owner"
    with pytest.raises(Refusal):  # a duty officer of the street only
        change_station(by=cast.actor("head"), default_owner=cast.people["duty"])
    change_station(by=cast.actor("head"), default_owner=cast.people["head"], name="望河派出所")
    station = Station.objects.get()
    assert (station.default_owner, station.name, station.team.name) == (
        cast.people["head"],
        "望河派出所",
        "望河派出所",
    )


# the paper


def text_of(content: bytes) -> str:
    return "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)


def test_a_role_with_a_certificate_gets_a_number_and_a_paper(cast: Cast) -> None:
    numbers = []
    for n in range(3):
        person = Person.objects.create_person(f"assistant-{n}", f"何某{n}")
        row = appoint(person, by=cast.actor("head"), role="police_assistant", area=cast.areas["village"])
        numbers.append(row.certificate_no)
    assert numbers == ["柳公聘〔2026〕1号", "柳公聘〔2026〕2号", "柳公聘〔2026〕3号"]
    assert row.valid_to == date(2028, 3, 11)
    paper = print_certificate(row, by=cast.actor("head"))
    text = text_of(paper.content)
    for part in (
        "聘  书",
        "柳公聘〔2026〕3号",
        "何某2 同志",
        "上柳村警务助理",
        "自2026年3月11日起，至2028年3月10日止。",
        "1. ",
        "柳溪派出所",
    ):
        assert part in text
    assert "{" not in text
    assert paper.filename == "聘书-何某2-柳公聘〔2026〕3号.docx"
    assert last().verb == "certificate.printed"


def test_numbers_begin_again_each_year_and_follow_the_stations_name(cast: Cast) -> None:
    appoint(cast.people["nobody"], by=cast.actor("head"), role="mediator", area=cast.areas["street"])
    with clock.at(NOW.replace(year=2027)):
        person = Person.objects.create_person("next", "后来人")
        row = appoint(person, by=cast.actor("head"), role="mediator", area=cast.areas["street"])
    assert row.certificate_no == "柳公聘〔2027〕1号"


def test_a_name_is_data_never_markup(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["assistant"].pk).update(name="<w:p>&{{ 7*7 }}")
    row = assistant(cast)
    assert "<w:p>&{{ 7*7 }} 同志" in text_of(print_certificate(row, by=cast.actor("head")).content)


def test_an_open_end_prints_none_and_ones_own_paper_is_ones_own(cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["assistant"]).update(
        certificate_no="柳公聘〔2026〕1号", duties=""
    )
    row = Appointment.objects.get(person=cast.people["assistant"])
    text = text_of(print_certificate(row, by=cast.actor("assistant")).content)
    assert "止" not in text
    assert "职责" not in text


def test_no_paper_for_roles_without_one_or_withdrawn(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        print_certificate(Appointment.objects.get(person=cast.people["officer"]), by=cast.actor("head"))
    assert found.value.code == "no_certificate"
    row = assistant(cast)
    revoke(row, by=cast.actor("head"), reason="试")
    with pytest.raises(Refusal):
        print_certificate(row, by=cast.actor("head"))


def test_a_stations_own_template_is_used_and_a_bad_one_is_told(
    cast: Cast, tmp_path: Path, settings: object
) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    folder = tmp_path / "templates"
    folder.mkdir()
    own = docx.Document()
    own.add_paragraph("{{ name }}，{{ role }}")
    own.save(str(folder / "certificate.docx"))
    row = assistant(cast)
    assert text_of(print_certificate(row, by=cast.actor("head")).content) == "何秀英，警务助理"
    for bad in ("{{ name", "{{ ''.__class__.__mro__ }}"):
        broken = docx.Document()
        broken.add_paragraph(bad)
        broken.save(str(folder / "certificate.docx"))
        with pytest.raises(Refusal) as found:
            print_certificate(row, by=cast.actor("head"))
        assert found.value.code == "bad_template"
    (folder / "certificate.docx").write_bytes(b"no package")
    with pytest.raises(Refusal):
        print_certificate(row, by=cast.actor("head"))


def test_the_template_is_what_its_tool_builds(tmp_path: Path) -> None:
    import subprocess
    import sys

    tool = ROOT / "tools" / "make_templates_teams.py"
    subprocess.run([sys.executable, str(tool), str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / "certificate.docx").read_bytes() == certificates.OWN.read_bytes()
    with zipfile.ZipFile(certificates.OWN) as package:
        assert package.testzip() is None


# pure rules


def test_a_month_later_is_a_day_that_exists() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 3, 31), 18) == date(2027, 9, 30)
    assert add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)


def test_terms_overlap_by_whole_days() -> None:
    june = (date(2026, 6, 1), date(2026, 7, 1))
    assert not overlap(june, (date(2026, 7, 1), None))
    assert overlap(june, (date(2026, 6, 30), None))
    assert not overlap((date(2026, 7, 1), None), june)
    assert overlap((date(2020, 1, 1), None), (date(2025, 1, 1), None))


def test_giving_and_sides_as_pure_rules() -> None:
    assert may_give({"a"}, {"people.appoint"}, heads_station=True)
    assert not may_give({"a"}, {"people.appoint"}, heads_station=False)
    assert may_give({"a"}, {"a", "people.appoint"}, heads_station=False)
    assert not may_give({"a"}, {"a"}, heads_station=True)
    assert has_both_sides([{"audit.read"}, {"matter.handle"}], CONTROL_RIGHTS, CASE_RIGHTS)
    assert not has_both_sides([{"audit.read"}, {"people.see"}], CONTROL_RIGHTS, CASE_RIGHTS)
    assert certificate_number("", 2026, 3) == "公聘〔2026〕3号"


def test_the_system_may_write_history(cast: Cast) -> None:
    row = appoint(
        cast.people["nobody"], by=SYSTEM, role="volunteer", area=cast.areas["grid1"],
        valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1),
    )  # fmt: skip
    assert row.by is None
