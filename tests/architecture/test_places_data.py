"""Places are data: the five load, say what they must, and nothing else in the program knows any of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fengqiao.lib.place_config import BASE, PLACES, PlaceConfig, list_places, load_place

SRC = PLACES.parent
FIVE = ("s1", "s2", "s3", "s4", "s5")


def test_the_five_places_are_there_and_load() -> None:
    assert list_places() == FIVE
    for key in FIVE:
        assert load_place(key).key == key


def test_the_folder_holds_data_only() -> None:
    code = [p.relative_to(PLACES) for p in PLACES.rglob("*.py") if p.read_text(encoding="utf-8").strip()]
    assert code == []
    assert {p.suffix for p in PLACES.rglob("*") if p.is_file() and "__pycache__" not in p.parts} <= {
        ".yaml",
        ".py",
    }


def mechanism(place: PlaceConfig, key: str) -> int:
    """How many items the named mechanism has."""
    return len({m.key: m for m in place.mechanisms}[key].items)


def teams(place: PlaceConfig, kind: str) -> tuple[int, int]:
    """Count of teams of a kind and of their people in the demonstration."""
    found = {t.kind: t for t in place.scale.teams}[kind]
    return found.count, found.people


def test_the_industrial_park() -> None:
    place = load_place("s1")
    assert place.scale.premises == 2700
    assert teams(place, "volunteer_brigade") == (5, 72)
    assert teams(place, "patrol_group") == (12, 400)
    assert place.scale.volunteers == 200
    assert mechanism(place, "closed_loop") == 4
    assert {"pooled_assessment", "one_core_many_points", "anti_fraud_talks"} <= {
        m.key for m in place.mechanisms
    }
    assert place.role("committee_member").zh == "治保会成员"


def test_the_county_town() -> None:
    place = load_place("s2")
    assert (place.scale.area_km2, place.scale.residents, place.scale.beats, place.scale.grids) == (
        210.68,
        90000,
        19,
        60,
    )
    named = {m.zh: len(m.items) for m in place.mechanisms}
    assert {k: named[k] for k in ("九个对接", "六联", "六点", "四主动", "四突出")} == {
        "九个对接": 9, "六联": 6, "六点": 6, "四主动": 4, "四突出": 4,
    }  # fmt: skip
    assert len({d.key: d for d in place.duty_lists}["five_withouts"].items) == 5
    assert place.word("beat") == "警格"


def test_the_three_circles() -> None:
    place = load_place("s3")
    assert (place.scale.stations, place.scale.zones) == (3, 3)
    assert mechanism(place, "four_joints") == 4
    (posts,) = place.duty_lists
    assert (len(posts.groups), len(posts.items)) == (3, 5)
    assert {"lake_corps", "mall_corps", "industry_corps"} <= {k.key for k in place.team_kinds}
    assert {"lake_room", "mall_room", "industry_room"} <= {k.key for k in place.mediation_room_kinds}


def test_the_urban_village() -> None:
    place = load_place("s4")
    (duties,) = place.duty_lists
    assert (len(duties.groups), len(duties.items)) == (3, 10)
    special = place.team_kind("special_team")
    assert special.leaders == 2
    assert special.leader_roles == ("station_head", "street_staff")
    assistant = place.role("police_assistant")
    assert assistant.certificate
    assert assistant.term_months == 36
    assert len(assistant.duties) >= 3
    assert place.scale.villages == 5
    assert place.scale.households_of_first_village == 525
    assert place.scale.tenants == 20_000


def test_the_ninety_seven_villages() -> None:
    place = load_place("s5")
    assert [level.key for level in place.ladder] == ["village", "community", "street"]
    assert (place.scale.villages, place.scale.officers, place.scale.auxiliaries) == (97, 7, 23)
    assert place.scale.key_sites == 35
    assert teams(place, "alliance")[0] == 7
    assert mechanism(place, "four_levels") == 4
    assert mechanism(place, "five_joints") == 5
    assert mechanism(place, "watch_alliance") == 7
    assert place.answer_chain[0] == "village_officer"


@pytest.mark.parametrize("key", [BASE, *FIVE])
def test_every_matter_finds_its_way_up_in_every_place(key: str) -> None:
    place = load_place(key)
    for code in "GVTCP":
        level, steps = place.start_level(code), 0
        while (above := place.next_level(level.key)) is not None:
            level, steps = above, steps + 1
            assert steps <= len(place.ladder)
        assert level == place.ladder[-1]


@pytest.mark.parametrize("key", FIVE)
def test_teams_are_led_by_roles_and_have_people(key: str) -> None:
    place = load_place(key)
    for team in place.scale.teams:
        assert team.people >= team.count * place.team_kind(team.kind).leaders


# -- nothing else names a place -----------------------------------------------------------------------------


def names_of_places() -> frozenset[str]:
    """Keys, names and words that belong to one place and that the base does not say."""
    base = load_place(BASE)
    common = {base.name_zh, *base.words.values(), *(m.zh for m in base.mechanisms)}
    common |= {r.zh for r in base.roles} | {k.zh for k in base.team_kinds}
    found: set[str] = set()
    for place in map(load_place, FIVE):
        found |= {place.name_zh, *(m.zh for m in place.mechanisms), *(d.zh for d in place.duty_lists)}
        found |= {place.word(w) for w in ("beat", "police_room", "special_team", "alliance", "duty_list")}
        found |= {k.zh for k in place.team_kinds}
    return frozenset(w for w in found - common if len(w) >= 2)


KEY = re.compile(r"^s[1-5]$")


def strings(tree: ast.AST) -> list[tuple[int, str]]:
    """Every string of a module that is not a docstring, with its line."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def findings_in_python(source: str) -> list[str]:
    """Where a module names a place: a key as a string, or one of the places' own words in one."""
    words = names_of_places()
    found = []
    for line, text in strings(ast.parse(source)):
        if KEY.match(text) or any(word in text for word in words):
            found.append(f"{line}: {text[:60]}")
    return found


def findings_in_template(source: str) -> list[str]:
    """Where a template names a place: a comparison with a key, or one of the places' own words."""
    words = names_of_places()
    keys = re.findall(r"""["']s[1-5]["']""", source)
    return [*keys, *(word for word in words if word in source)]


def modules() -> list[Path]:
    """Every Python module of the program."""
    return [p for p in SRC.rglob("*.py") if "migrations" not in p.parts]


def templates() -> list[Path]:
    """Every template of the program."""
    return [p for p in SRC.rglob("*") if p.suffix in {".html", ".txt", ".svg"} and "templates" in p.parts]


def test_no_module_names_a_place() -> None:
    found = {
        str(p.relative_to(SRC)): hits for p in modules() if (hits := findings_in_python(p.read_text("utf-8")))
    }
    assert found == {}


def test_no_template_names_a_place() -> None:
    found = {
        str(p.relative_to(SRC)): hits
        for p in templates()
        if (hits := findings_in_template(p.read_text("utf-8")))
    }
    assert found == {}


def test_the_search_finds_what_it_looks_for() -> None:
    assert findings_in_python('if place.key == "s4":\n    pass\n')
    assert findings_in_python('if "九个对接" in name:\n    pass\n')
    assert findings_in_python('label = f"{x} 警格"\n')
    assert not findings_in_python('"""The five places s1 to s5."""\nx = "sev1"\n')
    assert findings_in_template("{% if place.key == 's5' %}")
    assert not findings_in_template('<b class="sev1">警务区</b>')
    assert len(names_of_places()) > 20
