"""First use: one station, whoever comes first and however many come at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from fengqiao.accounts.models import Person
from fengqiao.audit.queries import verify_chain
from fengqiao.teams.actions import ensure_station
from fengqiao.teams.models import Appointment, Station, Team
from fengqiao.teams.queries import station
from fengqiao.territory.models import Area
from fengqiao.territory.queries import locate
from tests.cast import Cast
from tests.paths import ROOT


@pytest.mark.django_db
def test_an_empty_database_gets_all_a_station_needs_once() -> None:
    first = ensure_station()
    assert station() == first
    assert (Station.objects.count(), Team.objects.count(), Area.objects.count(), Person.objects.count()) == (
        1,
        1,
        1,
        1,
    )
    owner = first.default_owner
    assert (owner.username, owner.name, owner.has_usable_password()) == ("duty", "值班台（待指定）", False)
    held = Appointment.objects.get(person=owner)
    assert (held.role, held.area) == ("duty_officer", first.area)
    assert locate(30.0, 120.0).area == first.area
    assert Path(settings.KEY_FILE).exists()
    assert verify_chain().whole


@pytest.mark.django_db
def test_a_person_who_happens_to_be_called_duty_gets_no_rights_by_it() -> None:
    namesake = Person.objects.create_person("duty", "杜提")
    found = ensure_station()
    assert found.default_owner.username == "duty-2"
    assert not Appointment.objects.filter(person=namesake).exists()


@pytest.mark.django_db
def test_an_area_that_is_there_becomes_the_stations() -> None:
    county = Area.objects.create(rank="county", code="990100", name="柳溪区")
    assert ensure_station().area == county
    assert Area.objects.count() == 1


def test_a_station_that_is_there_is_left_as_it_is(cast: Cast) -> None:
    before = Station.objects.values().get()
    people = Person.objects.count()
    ensure_station()
    assert Station.objects.values().get() == before
    assert Person.objects.count() == people


FIRST_USE = """
import django; django.setup()
from fengqiao.teams.actions import ensure_station
print(ensure_station().uid)
"""


def test_processes_that_come_first_together_agree_on_one(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fengqiao.settings",
        "FENGQIAO_DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'first.db'}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    env.pop("FENGQIAO_KEY_FILE", None)
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"],
        env=env,
        check=True,
        cwd=tmp_path,
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_USE], env=env, stdout=subprocess.PIPE, text=True, cwd=tmp_path
        )
        for _ in range(4)
    ]
    answers = [starter.communicate(timeout=120)[0].strip() for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 4
    assert len(set(answers)) == 1
    assert len(answers[0]) == 36
