"""Two people at one thing: who saw an older state is told, and nothing of theirs is done."""

from __future__ import annotations

from typing import Any

import pytest

from fengqiao.api.access import operations
from fengqiao.api.v1 import api
from fengqiao.intake.models import Report
from fengqiao.matters.models import Matter
from fengqiao.mediation.models import MediationCase
from tests.api.test_every_operation import ROWS
from tests.api.world import Call, Caller, World, told
from tests.cast import Cast


@pytest.fixture
def world(cast: Cast) -> World:
    """The township."""
    return World(cast)


def takes_version(operation: Any) -> bool:
    """Whether an operation takes the version its caller saw."""
    bodies = [f.annotation for m in operation.models for f in m.model_fields.values()]
    return any("version" in getattr(b, "model_fields", {}) for b in bodies)


VERSIONED = sorted(f"{o.methods[0]} {p}" for p, o in operations(api) if takes_version(o))


def test_every_verb_on_a_matter_takes_a_version() -> None:
    """All of them, and those on reports and mediations."""
    matters = [n for n in ROWS if n.startswith("POST /matters/{number}/")]
    assert set(matters) - set(VERSIONED) == {
        "POST /matters/{number}/mediations",
        "POST /matters/{number}/mediations/refuse",
    }
    assert len(VERSIONED) > 60


@pytest.mark.parametrize("name", VERSIONED)
def test_an_older_version_is_refused(world: World, name: str) -> None:
    """409, in words, and neither the version nor anything else moved."""
    row = ROWS[name]
    method, path = name.split(" ", 1)
    call = row.call(world)
    before = versions()
    answer = send(world, row.who, method, path, call, 999)
    assert (answer.status_code, told(answer)["code"]) == (409, "stale")
    assert versions() == before


def send(world: World, who: str, method: str, path: str, call: Call, version: int) -> Any:
    if call.form is not None:
        sent = Call(call.path, form={**call.form, "version": str(version)})
    else:
        sent = Call(call.path, {**(call.body or {}), "version": version})
    return Caller(world, who).send(method, path, sent)


def versions() -> list[tuple[str, int, int]]:
    """Versions of everything that has one."""
    return [
        (model.__name__, pk, version)
        for model in (Matter, Report, MediationCase)
        for pk, version in model.objects.order_by("pk").values_list("pk", "version")  # type: ignore[attr-defined]
    ]


def test_the_present_version_is_taken_and_moves_on(world: World) -> None:
    """The answer brings the version for the next step."""
    matter, caller = world.active(), Caller(world, "officer")
    seen = told(caller.send("GET", "/matters/{number}", Call({"number": matter.number})))["version"]
    call = Call({"number": matter.number}, {"text": "看过", "version": seen})
    first = caller.send("POST", "/matters/{number}/record-progress", call)
    assert first.status_code == 200
    assert told(first)["version"] == seen + 1
    assert caller.send("POST", "/matters/{number}/record-progress", call).status_code == 409
