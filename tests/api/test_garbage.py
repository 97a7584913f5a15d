"""Whatever is sent: an answer in words, never a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from fengqiao.api.access import operations
from fengqiao.api.v1 import api
from fengqiao.intake.models import Report
from fengqiao.lib.place_config import current_place
from fengqiao.matters.models import Matter
from fengqiao.teams.models import Appointment
from tests.api.world import BACKEND, upload
from tests.cast import NOW, Cast

OPERATIONS = [(o.methods[0], path, o) for path, o in operations(api)]
SAMPLES = {
    "id": "1",
    "number": "2026-00001",
    "uid": "00000000-0000-4000-8000-000000000009",
    "code": "X",
    "kind": "rights",
    "office": "110",
}
BROKEN = [
    b"",
    b"{",
    b"\xff\xfe{",
    b"NaN",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"9" * 5000,
    b'{"version": 1e999}',
]
NOT_OBJECTS = ["[]", "null", '"x"', "1", "true", '[{"text": "x"}]']
VALUES: list[Any] = [
    None, True, -1, 2**63, 1e308, "", "x", "\x00", "\ud800", "长" * 30_000, "2026-03-11", [], [None], {}, {"x": {}},
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "🀄" * 50, "' OR 1=1 --", "<script>", "../../etc/passwd",
    "١٢٣",
]  # fmt: skip


def some(values: Sequence[Any], n: int, count: int) -> list[Any]:
    """``count`` of the values, others for each ``n``: over the whole API all of them are sent many times."""
    return [values[(n * count + k) % len(values)] for k in range(count)]


@pytest.fixture
def client(cast: Cast) -> Client:
    """Somebody who holds every role at once, so that nothing is refused before it is read."""
    person = cast.people["nobody"]
    for role in current_place().roles:
        Appointment.objects.create(
            person=person,
            role=role.key,
            area=cast.areas["county"],
            valid_from=date(2026, 1, 1),
            created_at=NOW,
        )
    found = Client()
    found.force_login(person, backend=BACKEND)
    return found


def url_of(path: str, **values: str) -> str:
    return "/api/v1" + re.sub(r"\{(\w+)\}", lambda m: {**SAMPLES, **values}[m[1]], path)


def body_of(operation: Any) -> Any:
    """The schema of an operation's JSON body, None without one."""
    for model in operation.models:
        if model.__ninja_param_source__ == "body":
            (field,) = model.model_fields.values()
            return field.annotation
    return None


def check(answer: HttpResponse, what: str, allowed: tuple[int, ...] = ()) -> None:
    """An answer below 500; a problem in our form."""
    assert answer.status_code < 500, (what, getattr(answer, "content", b"")[:300])
    if allowed:
        assert answer.status_code in allowed, (what, answer.status_code, answer.content[:300])
    if answer.status_code >= 400 and answer.status_code != 405:
        problem = json.loads(answer.content)
        assert set(problem) == {"code", "message", "field"}, what
        assert problem["message"], what


WITH_BODY = [(method, path, body_of(o)) for method, path, o in OPERATIONS if body_of(o) is not None]


def test_bodies_that_are_no_json_objects(client: Client) -> None:
    """400 for what cannot be read, 422 for what is no object; nothing is kept."""
    for n, (method, path, _schema) in enumerate(WITH_BODY):
        url, headers = url_of(path), {"Idempotency-Key": "k"}
        for raw in some(BROKEN, n, 3):
            answer = client.generic(method, url, raw, "application/json", headers=headers)
            check(answer, f"{method} {path} {raw[:20]!r}", (400, 413, 422))
        for text in some(NOT_OBJECTS, n, 2):
            answer = client.generic(method, url, text, "application/json", headers=headers)
            check(answer, f"{method} {path} {text}", (422,))
    assert not Matter.objects.exists()
    assert not Report.objects.exists()


def test_fields_of_the_wrong_kind(client: Client) -> None:
    """Every field of every body, with values of every kind."""
    assert len(WITH_BODY) > 100
    tried = 0
    for method, path, schema in WITH_BODY:
        for field in schema.model_fields:
            tried += 1
            for value in some(VALUES, tried, 2):
                answer = client.generic(
                    method,
                    url_of(path),
                    json.dumps({field: value}),
                    "application/json",
                    headers={"Idempotency-Key": f"{tried}"},
                )
                check(answer, f"{method} {path} {field}={str(value)[:30]!r}")


def test_parameters_of_the_wrong_kind(client: Client) -> None:
    """Every parameter of every question."""
    tried = 0
    for method, path, operation in OPERATIONS:
        names = [
            n
            for m in operation.models
            if m.__ninja_param_source__ == "query"
            for n in m.__ninja_flatten_map__
        ]
        for name in names:
            tried += 1
            for value in some(VALUES, tried, 5):
                if isinstance(value, str) and "\ud800" in value:
                    continue
                check(
                    client.get(url_of(path), {name: str(value)}),
                    f"{method} {path}?{name}={str(value)[:30]!r}",
                )
    assert tried > 50


PATHS = ["%00", "-1", "9" * 40, "%F0%9F%80%84", "x" * 300, "%27", "1.5", "..", "%ED%A0%80"]


def test_paths_that_name_nothing(client: Client) -> None:
    """Ids, numbers and codes that cannot be."""
    named = [(method, path) for method, path, _operation in OPERATIONS if "{" in path]
    for n, (method, path) in enumerate(named):
        for value in some(PATHS, n, 2):
            url = url_of(path, **dict.fromkeys(SAMPLES, value))
            answer = client.generic(method, url, "{}", "application/json")
            check(answer, f"{method} {url}")
            assert answer.status_code >= 400, url


def test_forms_and_files_that_are_none(client: Client) -> None:
    """No file, an empty one, one that is something else, a form cut off in the middle."""
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'
    for method, path, operation in OPERATIONS:
        kinds = {m.__ninja_param_source__ for m in operation.models}
        if "file" not in kinds:
            continue
        url = url_of(path)
        check(client.post(url), f"{method} {path} nothing", (400, 404, 422))
        check(client.generic("POST", url, cut, "multipart/form-data; boundary=x"), f"{method} {path} cut")
        check(client.generic("POST", url, b"x", "multipart/form-data"), f"{method} {path} no boundary")
        for content in (b"", b"\x00\x01", b"PK\x03\x04broken", b"{" * 10_000, "名称\n\x00".encode("utf-16")):
            form = {"file": upload("a.xlsx", content), "photos": upload("a.jpg", content), "kind": "evidence"}
            check(client.post(url, {**form, "text": "x"}), f"{method} {path} {content[:8]!r}")


def test_a_body_beyond_all_measure_is_refused(client: Client) -> None:
    """Seven megabytes of JSON: 413 in words."""
    big = json.dumps({"text": "x" * (7 * 2**20)})
    answer = client.post(
        "/api/v1/reports", big, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, json.loads(answer.content)["code"]) == (413, "too_large")


def test_problems_name_the_field_in_words(client: Client) -> None:
    """The first fault, where it is, in the caller's language."""
    cases: list[tuple[str, dict[str, Any], str, str]] = [
        ("/matters", {"title": "x"}, "category", "缺少“category”"),
        ("/matters", {"category": "NB2", "title": "x", "due_at": "2026-03-12T10:00:00"}, "due_at", "时区"),
        ("/duty", {"person": "x"}, "person", "整数"),
        ("/inbox/accept", {"reports": []}, "reports", "至少 1 项"),
        ("/chat", {"text": "x", "numbers": [0]}, "numbers.0", "至少是 1"),
    ]
    for path, body, field, words in cases:
        answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        problem = json.loads(answer.content)
        assert (answer.status_code, problem["field"]) == (422, field)
        assert words in problem["message"], problem
