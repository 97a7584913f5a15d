"""Every operation of the API: visitors, dead tokens, people without work here, people with every right elsewhere.

The rows are those of the API's own tests, where whose it is gets it done with the same call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from fengqiao.api.access import operations
from fengqiao.api.v1 import api
from fengqiao.audit.models import Entry
from fengqiao.lib.policy import access_of
from tests.access.ground import NOBODY, OUTSIDER, Ground, leaks, told, undone
from tests.api.test_every_operation import ROWS
from tests.api.world import ROOT, Call, fresh

OPERATIONS = {f"{o.methods[0]} {path}": o for path, o in operations(api)}
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

OPEN = {
    "POST /reports": "reports are brought from anywhere",
    "POST /chat/split": "splits what the caller pasted, keeps nothing",
    "POST /chat": "reports are brought from anywhere",
    "POST /import-previews": "looks into the caller's own file",
    "POST /imports": "a table in hand is seen by who brought it",
    "POST /outside/{office}/sheets": "a table in hand is seen by who brought it",
    "POST /mediation-terms/check": "looks at the caller's own words",
    "GET /mediation-templates": "how the place is set up",
    "GET /mediation-templates/{kind}/builtin": "comes with the program",
    "GET /features.geojson": "rivers and roads",
    "GET /locate": "areas are public knowledge",
    "POST /people": "a new account, without rights, belongs to no area",
    "GET /who-answers": "who answers for a point is told to whoever brings a report",
    "GET /duty-lists": "duty lists belong to the whole station",
    "GET /duty-items/{id}/evidence": "duty lists belong to the whole station",
    "POST /duty-items/{id}/evidence": "every area keeps its own evidence of the station's lists",
    "GET /categories": "the reference list",
    "GET /states": "the tables the program goes by",
    "GET /place": "how the place is set up",
    "GET /counts": "one's own figures",
    "GET /me": "oneself",
    "POST /me/language": "oneself",
    "POST /me/tokens": "one's own tokens",
    "POST /me/notices/read-all": "one's own notices",
}
"""Operations open to somebody from elsewhere, each with its reason; their answers are read all the same."""
FOR_ALL = {"POST /scam-check": "looks at the caller's own words, keeps nothing"}
"""Without sign-in and without a code, each with its reason."""
PUBLIC = {name for name, o in OPERATIONS.items() if access_of(o.view_func).public}  # type: ignore[union-attr]
BY_CODE = PUBLIC - set(FOR_ALL)
"""Opened by a receipt code, without sign-in."""
TELLS = {
    "POST /reports": {"area"},
    "POST /chat": {"area"},
    "POST /chat/split": {"contact"},
    "GET /who-answers": {"staff", "area"},
    "GET /locate": {"area", "beat"},
    "GET /duty-lists": {"staff"},
    "GET /duty-items/{id}/evidence": {"staff"},
}
"""What answers show by design: where a point lies, who answers there, whose evidence it is."""


def test_every_open_operation_has_its_reason() -> None:
    marked = {name for name, row in ROWS.items() if row.outsider == "open"}
    assert marked == {*OPEN, *PUBLIC}
    assert set(FOR_ALL) <= PUBLIC
    assert {n for n in ROWS if "/receipts/" in n} == BY_CODE


def test_every_operation_is_walked() -> None:
    assert sorted(ROWS) == sorted(OPERATIONS), "say who may call this"


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - PUBLIC))
def test_operation(ground: Ground, name: str) -> None:
    """Anonymous and dead tokens 401, without a right 404, from elsewhere nothing of grid 1 and nothing done."""
    row = ROWS[name]
    method, path = name.split(" ", 1)
    with undone():
        call = row.call(ground.world)
        before = Entry.objects.count()
        for headers in ({}, {"Authorization": "Bearer fq_nobody"}):
            answer = send(ground, "", method, path, call, headers)
            assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "sign_in")
        nobody = send(ground, NOBODY, method, path, call, {})
        if name not in OPEN or access_of(OPERATIONS[name].view_func).rights:  # type: ignore[union-attr]
            assert_empty_or_gone(nobody, name)
        outsider = send(ground, OUTSIDER, method, path, call, {})
        if name not in OPEN:
            assert_empty_or_gone(outsider, name)
            assert Entry.objects.count() == before or name in QUIET, name
        for answer in (nobody, outsider):
            assert leaks(told(answer), ground.secrets(), frozenset(TELLS.get(name, ()))) == []
            if row.secret is not None:
                assert row.secret(ground.world) not in told(answer)


QUIET = {"POST /outside/{office}/replies/export"}
"""Writes down that nothing was taken out."""


def assert_empty_or_gone(answer: HttpResponse, name: str) -> None:
    """A problem below 500, or a list without anything of ours on it."""
    if answer.status_code == 200:
        assert ROWS[name].outsider == "hidden", (name, told(answer)[:1000])
        return
    assert answer.status_code in {403, 404, 405, 422}, (name, answer.status_code, told(answer)[:1000])
    assert set(json.loads(answer.content)) == {"code", "message", "field"}


def send(
    ground: Ground, who: str, method: str, path: str, call: Call, headers: dict[str, str]
) -> HttpResponse:
    """One request, as ``Caller`` sends it, from a browser that is signed in already."""
    client, url = ground.client(who), ROOT + path.format(**call.path)
    heads = {**call.headers, **headers}
    if method == "GET":
        return client.get(url, call.query, headers=heads)
    if call.form is not None:
        return client.post(url, {k: fresh(v) for k, v in call.form.items()}, headers=heads)
    do: Callable[..., Any] = client.delete if method == "DELETE" else client.post
    body = json.dumps(call.body if call.body is not None else {})
    answer: HttpResponse = do(url, body, content_type="application/json", headers=heads)
    return answer


@pytest.mark.parametrize("path", sorted({n.split(" ", 1)[1] for n in OPERATIONS}))
def test_methods_that_an_address_does_not_have(ground: Ground, path: str) -> None:
    """405 for everybody, before anything is looked up."""
    there = {n.split(" ", 1)[0].lower() for n in OPERATIONS if n.split(" ", 1)[1] == path}
    url = ROOT + path.replace("{", "").replace("}", "")
    for method in METHODS:
        if method not in there:
            for who in ("", OUTSIDER):
                assert getattr(ground.client(who), method)(url).status_code in {405, 404}, method


def test_after_the_walk_nothing_has_changed(ground: Ground) -> None:
    """Every row of every table is as it was."""
    assert ground.snapshot() == ground.unspoilt
