"""Every address of the pages, every verb in one, every method: visitors, people without work here, people from elsewhere.

A route or a verb without a row in the matrix turns this red. Whose it is opens each address and sends the same
payload with success, so nobody below is refused for another reason than who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fengqiao.audit.models import Entry
from tests.access.doors import PAGES, PUBLIC, SIGNED_IN, TWINS, VERBS, VERSIONS, routes
from tests.access.ground import NOBODY, OUTSIDER, Ground, fresh, leaks, told, undone
from tests.access.rows import GONE, OWN, Row
from tests.access.rows_core import RESTRICTED

SIGN_IN = "/signin/?next="
FORMS = ("get", "post")
METHODS = (*FORMS, "head", "put", "patch", "delete", "options")
SHUT = {404, 405}

ROWS: dict[str, tuple[str, str, Row]] = {
    **{name: (name, "", row) for name, row in PAGES.items()},
    **{f"{name} restricted": (name, "", row) for name, row in RESTRICTED.items()},
    **{
        f"{name} {verb}": (name, verb, row)
        for name, (_known, rows) in VERBS.items()
        for verb, row in rows.items()
    },
}


def unspoken(found: Sequence[str]) -> list[str]:
    """Routes of the URL conf of which the matrix does not say who may open them."""
    known = {*PAGES, *PUBLIC, *SIGNED_IN, *VERBS, *TWINS.values(), *VERSIONS}
    return sorted(set(found) - known)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    found = list(routes())
    assert unspoken(found) == [], "say who may open this"
    assert sorted({*PAGES, *PUBLIC, *SIGNED_IN, *VERBS, *TWINS.values()} - set(found)) == []


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_row_and_every_row_a_verb(name: str) -> None:
    known, rows = VERBS[name]
    assert sorted(set(known) ^ set(rows)) == [], "say who may do this"


def test_a_new_route_would_be_found() -> None:
    assert unspoken([*routes(), "desk:rogue", "rogue"]) == ["desk:rogue", "rogue"]


def address(ground: Ground, key: str, *, twin: bool = False) -> str:
    """The address of a row, its verb in the place where the route has it. ``twin``: with a row, or without one."""
    name, verb, row = ROWS[key]
    args = list(row.at(ground))
    if not verb:
        return reverse(name, args=args) + row.query
    place = 1 if name in {"desk:verb", "desk:case_verb", "desk:report_verb"} else 0
    args.insert(place, verb)
    if twin:
        args = args[:-1] if len(args) > place + 1 else [*args, 1]
    return reverse(name if len(args) == place + 1 else TWINS[name], args=args) + row.query


@pytest.fixture
def payload(ground: Ground, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What is sent, made once: files begin anew each time."""
    row = ROWS[request.getfixturevalue("key")][2]
    return row.send(ground) if row.send else {}


@pytest.mark.parametrize("key", ROWS)
def test_whose_it_is_gets_it_done(ground: Ground, payload: dict[str, Any], key: str) -> None:
    """The control: the address is right, and the payload is one that works."""
    row, path = ROWS[key][2], address(ground, key)
    client = ground.client(row.who)
    with undone():
        answer = client.get(path)
        assert answer.status_code == row.get, told(answer)[:3000]
        told(answer)
    if row.send is not None:
        with undone():
            answer = client.post(path, fresh(payload))
            assert answer.status_code == row.post, told(answer)[-4000:]


@pytest.mark.parametrize("key", ROWS)
def test_visitors_are_sent_to_sign_in(ground: Ground, payload: dict[str, Any], key: str) -> None:
    path, client = address(ground, key), ground.client("")
    for method in METHODS:
        sent = fresh(payload) if method == "post" else None
        answer = getattr(client, method)(path, sent)
        assert answer.status_code == 302, (method, answer.status_code)
        assert answer.headers["Location"].startswith(SIGN_IN)
        assert answer.content == b""


@pytest.mark.parametrize("key", ROWS)
def test_strangers_find_nothing(ground: Ground, payload: dict[str, Any], key: str) -> None:
    """Somebody without appointment, and somebody with every right in another street."""
    row, path = ROWS[key][2], address(ground, key)
    before, secrets = Entry.objects.count(), ground.secrets()
    for who, kind in ((NOBODY, row.nobody), (OUTSIDER, row.outsider)):
        client = ground.client(who)
        if kind == GONE:
            _gone(client, path, payload, FORMS if who == NOBODY else METHODS)
            continue
        answers = [client.get(path)]
        if row.send is not None:
            with undone():
                answers.append(client.post(path, fresh(payload)))
                done = Entry.objects.count() != before
            assert not done or kind == OWN, (who, told(answers[-1])[-2000:])
        for answer in answers:
            assert leaks(told(answer), secrets, frozenset(row.tells)) == [], who
    assert Entry.objects.count() == before


def _gone(client: Client, path: str, payload: dict[str, Any], methods: Sequence[str]) -> None:
    for method in methods:
        sent = fresh(payload) if method == "post" else None
        answer = getattr(client, method)(path, sent)
        assert answer.status_code in SHUT, (method, answer.status_code, told(answer)[-2000:])


@pytest.mark.parametrize("key", [k for k in ROWS if ROWS[k][1] and ROWS[k][0] in TWINS])
def test_a_verb_with_and_without_its_row(ground: Ground, payload: dict[str, Any], key: str) -> None:
    """The twin of the address: about row 1 where there is none to name, about none where one must be named."""
    _gone(ground.client(OUTSIDER), address(ground, key, twin=True), payload, FORMS)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_there_is_not(ground: Ground, name: str) -> None:
    """Whoever asks."""
    args: dict[str, list[Any]] = {
        "desk:report_verb": [ground.report.pk],
        "desk:verb": [ground.active.number],
        "desk:case_verb": [ground.case.uid],
    }
    path = reverse(name, args=[*args.get(name, []), "explode"])
    for who in ("head", NOBODY, OUTSIDER):
        _gone(ground.client(who), path, {}, FORMS)
    assert ground.client("").get(path).status_code == 302


def test_after_the_walk_nothing_has_changed(ground: Ground) -> None:
    """Every row of every table is as it was."""
    assert ground.snapshot() == ground.unspoilt
