"""Topics on the desk: a page that is quick and says when it was worked out, one with all reports, one matter of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fengqiao.intake.actions import refresh_topics
from fengqiao.intake.models import Governance, Topic, TopicReport, TopicSheet
from fengqiao.lib import clock
from fengqiao.matters.models import Matter
from tests.cast import NOW, Cast
from tests.desk.conftest import As
from tests.intake.topics import BINS, raise_topic

MOST_QUERIES = 25


@pytest.fixture
def duty(as_: As) -> Client:
    """The duty officer's browser."""
    return as_("duty")


@pytest.fixture
def topic(cast: Cast) -> Topic:
    """A topic that many people speak of."""
    raise_topic(cast)
    sheet = refresh_topics(by=cast.actor("duty"))
    return sheet.topics.get(shown_on__isnull=False)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_look_works_it_out_and_writes_nothing_by_itself(cast: Cast, duty: Client) -> None:
    raise_topic(cast)
    text = shown(duty, "/desk/topics/")
    assert "还没有算过" in text
    assert 'hx-post="/desk/topics/refresh/" hx-trigger="load"' in text
    assert not TopicSheet.objects.exists()
    answer = duty.post("/desk/topics/refresh/")
    assert (answer.status_code, answer["Location"]) == (303, "/desk/topics/")
    text = shown(duty, "/desk/topics/")
    assert 'hx-trigger="load"' not in text
    assert "垃圾" in text


def test_a_topic_says_people_places_growth_reasons_and_weeks(duty: Client, topic: Topic) -> None:
    text = shown(duty, "/desk/topics/")
    for words in (
        topic.name,
        f"<b>{len(BINS)}</b> 人",
        "锦澜 01 网格 锦澜苑",
        "最热的 21 天",
        "起就可以提示",
        "今天 10:00 算的",
        "立成一件",
    ):
        assert words in text, words
    assert text.count('class="tp-v"') >= 2
    assert 'role="img"' in text


def test_nobody_having_said_anything_is_said(duty: Client, cast: Cast) -> None:
    refresh_topics(by=cast.actor("duty"))
    assert "没有热点" in shown(duty, "/desk/topics/")


def test_half_a_day_later_it_says_that_it_is_old(duty: Client, topic: Topic) -> None:
    assert "已经过了半天" not in shown(duty, "/desk/topics/")
    with clock.at(NOW + timedelta(hours=13)):
        assert "已经过了半天" in shown(duty, "/desk/topics/")


def test_what_nobody_spoke_of_for_weeks_stands_under_all(duty: Client, topic: Topic) -> None:
    with clock.at(NOW + timedelta(weeks=7)):
        assert topic.name not in shown(duty, "/desk/topics/")
        assert topic.name in shown(duty, "/desk/topics/?span=all")


@pytest.mark.parametrize("path", ["/desk/topics/", "/desk/topics/{first}/", "/desk/topics/{first}/gather/"])
def test_few_queries(duty: Client, topic: Topic, path: str) -> None:
    address = path.format(first=topic.first_id)
    duty.get(address)
    with CaptureQueriesContext(connection) as asked:
        duty.get(address)
    assert len(asked) <= MOST_QUERIES, "\n".join(q["sql"][:160] for q in asked.captured_queries)


def test_more_topics_ask_no_more_queries(cast: Cast, duty: Client, topic: Topic) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            text = duty.get("/desk/topics/?span=all").content.decode()
        assert topic.name in text
        return len(asked)

    duty.get("/desk/topics/?span=all")
    one = count()
    first, *others = topic.reports.order_by("pk")
    for n, report in enumerate(others, start=2):
        row = Topic.objects.get(pk=topic.pk)
        row.pk, row.rank, row.first, row.count = None, n, report, 2
        row.save(force_insert=True)
        for member in (first, report):
            TopicReport.objects.create(topic=row, report=member)
    assert count() == one


def test_all_its_reports(duty: Client, topic: Topic) -> None:
    text = shown(duty, f"/desk/topics/{topic.first_id}/")
    for words in BINS:
        assert words in text
    assert text.count('href="/desk/inbox/') == len(BINS)
    assert "看表格" in text


def fields(**changes: Any) -> dict[str, Any]:
    return {"name": "锦澜苑垃圾房", "category": "NB2", "next_step": "请物业一起看", **changes}


def test_one_matter_of_it(cast: Cast, duty: Client, topic: Topic) -> None:
    path = f"/desk/topics/{topic.first_id}/gather/"
    assert topic.name in shown(duty, path)
    ticked = list(topic.reports.values_list("pk", flat=True))
    answer = duty.post(path, fields(reports=ticked))
    matter = Governance.objects.get().matter
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/matters/{matter.number}/")
    assert (matter.title, matter.next_step) == ("锦澜苑垃圾房", "请物业一起看")
    assert matter.reports.count() == len(BINS)
    again = duty.post(path, fields(reports=ticked))
    assert again["Location"] == answer["Location"]
    assert Matter.objects.count() == 1
    assert matter.number in shown(duty, "/desk/topics/")


def test_nothing_chosen_is_said_beside_the_field(duty: Client, topic: Topic) -> None:
    answer = duty.post(f"/desk/topics/{topic.first_id}/gather/", fields(category="", name=""))
    assert answer.status_code == 422
    assert "请写上这一项" in answer.content.decode()
    assert not Matter.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "admin", "nobody", "volunteer", "mediator"])
def test_others_find_nothing(as_: As, topic: Topic, who: str) -> None:
    client = as_(who)
    for path in (f"/desk/topics/{topic.first_id}/", f"/desk/topics/{topic.first_id}/gather/"):
        assert client.get(path).status_code == 404
        assert client.post(path, fields()).status_code in {404, 405}
    listed = client.get("/desk/topics/")
    assert listed.status_code in ({200} if who == "outsider" else {404})
    assert topic.name not in listed.content.decode()


def test_only_who_decides_on_reports_is_led_there(as_: As, topic: Topic) -> None:
    assert 'href="/desk/topics/"' in as_("duty").get("/desk/mine/").content.decode()
    assert 'href="/desk/topics/"' not in as_("mediator").get("/desk/mine/").content.decode()


def test_in_english(duty: Client, topic: Topic) -> None:
    text = duty.get("/desk/topics/", headers={"accept-language": "en"}).content.decode()
    assert "people" in text
    assert "起就可以提示" not in text
