"""查进度: codes as people type them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fengqiao.intake.models import Report
from tests.portal.helpers import words_of


@pytest.mark.parametrize(
    "typed",
    [str, str.lower, lambda c: c.replace("-", " "), lambda c: f"  {c}\n", lambda c: c.replace("-", "－")],
)
def test_the_code_leads_to_its_page(
    resident: Client, bring: Callable[..., Report], typed: Callable[[str], str]
) -> None:
    row = bring()
    answer = resident.post("/progress/", {"code": typed(row.code)})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/r/{row.code}/"


def test_look_alikes_are_read_as_what_they_stand_for(resident: Client, bring: Callable[..., Report]) -> None:
    row = bring()
    Report.objects.filter(pk=row.pk).update(code="1011-ABCD-0001")
    assert resident.post("/progress/", {"code": "iolI-abcd-OoOl"}).headers["Location"] == "/r/1011-ABCD-0001/"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请写上查询码"),
        ("7K3M", "12 位字母和数字"),
        ("ZZZZ-ZZZZ-ZZZZ", "没有这个查询码"),
        ("锦澜苑三栋漏水啊啊啊啊啊", "12 位字母和数字"),
        ("x" * 100_000, "最多 200 字"),
        ("<b>\0", "12 位字母和数字"),
    ],
)
def test_a_code_that_opens_nothing_says_why(resident: Client, typed: str, words: str) -> None:
    answer = resident.post("/progress/", {"code": typed})
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert "<b>\0" not in answer.content.decode()


def test_the_code_is_not_asked_for_in_an_address(resident: Client) -> None:
    assert 'method="post"' in resident.get("/progress/").content.decode()
