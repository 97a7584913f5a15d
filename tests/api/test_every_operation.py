"""Every operation, called by whose it is; and that everything the verbs do can be called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fengqiao.accounts.models import KeptAnswer
from fengqiao.api.access import operations, told
from fengqiao.api.v1 import api
from fengqiao.lib.policy import access_of
from fengqiao.matters.policy import ACTIONS
from fengqiao.mediation.policy import ACTIONS as MEDIATION
from tests.api import rows_ground, rows_intake, rows_matters, rows_mediation, rows_rest, rows_teams
from tests.api.world import Caller, Row, World
from tests.api.world import told as read
from tests.cast import Cast

ROWS: dict[str, Row] = {
    **rows_intake.ROWS,
    **rows_matters.ROWS,
    **rows_mediation.ROWS,
    **rows_ground.ROWS,
    **rows_teams.ROWS,
    **rows_rest.ROWS,
}
OWN_KEY = {"POST /reports"}
OPERATIONS = {f"{o.methods[0]} {path}": o for path, o in operations(api)}


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    """A new operation without a row of its own turns this red."""
    assert sorted(ROWS) == sorted(OPERATIONS)


@pytest.fixture
def world(cast: Cast) -> World:
    """The township with something in it."""
    return World(cast)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_whose_it_is_gets_it_done(world: World, name: str) -> None:
    """Everybody else is walked in ``tests/access``, with the same rows. Under a key it is done once, told twice."""
    row = ROWS[name]
    method, path = name.split(" ", 1)
    call, caller = row.call(world), Caller(world, row.who)
    if method == "POST" and name not in OWN_KEY:
        call = replace(call, headers={**call.headers, "Idempotency-Key": "once"})
    answer = caller.send(method, path, call)
    assert answer.status_code == row.status, answer.content.decode()[:500]
    if row.check is not None:
        assert row.check(world, read(answer)), answer.content.decode()[:800]
    if KeptAnswer.objects.exists():
        again = caller.send(method, path, call)
        assert again.headers["Idempotent-Replay"] == "true"
        assert (again.status_code, again.content) == (answer.status_code, answer.content)


def test_answers_are_kept_for_whoever_signed_in() -> None:
    """Every POST of theirs takes a key; the document says so."""
    paths = api.get_openapi_schema()["paths"]
    for name, operation in OPERATIONS.items():
        method, path = name.split(" ", 1)
        access = access_of(operation.view_func)
        shown = paths[f"/api/v1{path}"][method.lower()].get("parameters", [])
        named = any(one["name"] == "Idempotency-Key" for one in shown)
        assert named is (method == "POST" and access is not None and not access.public), name


ELSEWHERE = {
    "open_matter": "POST /matters",
    "rate": "POST /receipts/{code}/rate",
    "report_linked": "POST /reports/{id}/link",
    "report_unlinked": "POST /reports/{id}/unlink",
    "settle_promise": "POST /promises/{id}/settle",
    "withdraw_promise": "POST /promises/{id}/withdraw",
    "correct_promise": "POST /promises/{id}/correct",
    "leave": "POST /joint-members/{id}/leave",
    "decide": "POST /consultations/{id}/decide",
    "finish_task": "POST /tasks/{id}/finish",
    "record_follow_up": "POST /follow-ups/{id}/record",
    "unmerge": "POST /links/{id}/unmerge",
    "unlink": "POST /links/{id}/unlink",
}
"""Actions on matters that are done at a row's own path; the rest at ``/matters/{number}/…``."""


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"load_reference"}))
def test_every_action_on_a_matter_has_its_operation(action: str) -> None:
    """What can be done on screen can be done here."""
    path = ELSEWHERE.get(action) or f"POST /matters/{{number}}/{action.replace('_', '-')}"
    assert path in OPERATIONS


@pytest.mark.parametrize("action", sorted(MEDIATION))
def test_every_action_of_the_mediation_room_has_its_operation(action: str) -> None:
    """By the name of the action, under whatever it is about."""
    named = {
        "open_case": "POST /matters/{number}/mediations",
        "refuse_case": "POST /matters/{number}/mediations/refuse",
        "add_party": "POST /mediations/{uid}/parties",
        "save_template": "POST /mediation-templates/{kind}",
        "drop_template": "DELETE /mediation-templates/{kind}",
    }
    endings = {path.rpartition("/")[2] for path in OPERATIONS}
    assert named.get(action, "") in OPERATIONS or action.replace("_", "-") in endings


def test_the_document_tells_every_mark() -> None:
    """The OpenAPI document says of each operation who may call it, as its mark says."""
    paths = api.get_openapi_schema()["paths"]
    for name, operation in OPERATIONS.items():
        method, path = name.split(" ", 1)
        access = access_of(operation.view_func)
        assert access is not None
        shown = paths[f"/api/v1{path}"][method.lower()]
        assert shown["x-access"] == told(access)
        assert ("security" in shown) is not access.public
