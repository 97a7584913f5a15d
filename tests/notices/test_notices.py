"""Notices: told at once inside, outside when duty hours allow; a failing channel harms nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from fengqiao.accounts.scope import RESIDENT
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.notices import channels
from fengqiao.notices.actions import deliver_due, mark_all_read, mark_read, notify
from fengqiao.notices.channels import Channel, Console, InApp
from fengqiao.notices.models import Delivery, Notice
from fengqiao.notices.queries import latest, stuck, unread, unread_count
from fengqiao.notices.rules import MOST_TRIES, retry_at, send_at
from fengqiao.notices.tick import tick
from fengqiao.teams.models import Duty
from tests.cast import NOW, Cast


class Pigeon:
    """A channel for the tests: keeps what it carried; may be told to fail."""

    key = "pigeon"
    carried: list[str] = []
    trouble: str | Exception = ""

    def reaches(self, notice: Notice) -> bool:
        return notice.to.username != "volunteer"

    def send(self, notice: Notice) -> str:
        if isinstance(self.trouble, Exception):
            raise self.trouble
        if not self.trouble:
            self.carried.append(notice.text)
        return self.trouble


@pytest.fixture(autouse=True)
def pigeon(settings: object) -> type[Pigeon]:
    settings.NOTICE_CHANNELS = ["tests.notices.test_notices.Pigeon"]  # type: ignore[attr-defined]
    Pigeon.carried, Pigeon.trouble = [], ""
    return Pigeon


def put_on_duty(cast: Cast, who: str, start: float, end: float) -> None:
    Duty.objects.create(
        person=cast.people[who], kind="desk", area=cast.areas["street"],
        starts_at=NOW + timedelta(hours=start), ends_at=NOW + timedelta(hours=end),
    )  # fmt: skip


def test_a_notice_stands_in_the_list_at_once(cast: Cast) -> None:
    notice = notify(cast.people["officer"], "assigned", "有一件新事项", "/desk/matters/1/")
    assert unread(cast.actor("officer")) == [notice]
    assert unread_count(cast.actor("officer")) == 1
    assert unread(cast.actor("head")) == []
    assert Entry.objects.order_by("-id")[0].data == {"to": cast.people["officer"].pk, "kind": "assigned"}


def test_reading_is_ones_own(cast: Cast) -> None:
    first = notify(cast.people["officer"], "x", "一")
    notify(cast.people["officer"], "x", "二")
    for actor in (cast.actor("head"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(OutOfReach):
            mark_read(first, by=actor)
    with pytest.raises(OutOfReach):
        mark_all_read(by=RESIDENT)
    assert mark_read(first, by=cast.actor("officer")).read_at == NOW
    with clock.at(NOW + timedelta(hours=1)):
        assert mark_read(first, by=cast.actor("officer")).read_at == NOW
    assert mark_all_read(by=cast.actor("officer")) == 1
    assert unread_count(cast.actor("officer")) == 0
    assert len(latest(cast.actor("officer"))) == 2
    assert latest(RESIDENT) == unread(RESIDENT) == []
    assert unread_count(RESIDENT) == 0


def test_a_long_text_is_shortened_and_a_link_stays_inside(cast: Cast) -> None:
    assert len(notify(cast.people["officer"], "x", "长" * 999).text) == 300
    for link in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="inside"):
            notify(cast.people["officer"], "x", "一", link)


def test_on_duty_it_goes_out_with_the_commit(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    put_on_duty(cast, "officer", -1, 7)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        notify(cast.people["officer"], "x", "现在去一趟")
        assert Pigeon.carried == []
    assert Pigeon.carried == ["现在去一趟"]
    assert tick(at=NOW) == {"notices_sent": 0, "notices_failed": 0, "notices_given_up": 0}


def test_off_duty_it_waits_for_the_next_duty(cast: Cast) -> None:
    put_on_duty(cast, "officer", 6, 14)
    notify(cast.people["officer"], "x", "不急")
    assert deliver_due(at=NOW + timedelta(hours=5)) == {"sent": 0, "failed": 0, "given_up": 0}
    assert deliver_due(at=NOW + timedelta(hours=6))["sent"] == 1
    assert deliver_due(at=NOW + timedelta(hours=7))["sent"] == 0
    assert Pigeon.carried == ["不急"]


def test_an_urgent_one_goes_at_any_hour(cast: Cast) -> None:
    put_on_duty(cast, "officer", 6, 14)
    notify(cast.people["officer"], "x", "有人持刀", urgent=True)
    deliver_due(at=NOW)
    assert Pigeon.carried == ["有人持刀"]


def test_people_the_channel_cannot_reach_are_not_tried(cast: Cast) -> None:
    notify(cast.people["volunteer"], "x", "一", urgent=True)
    cast.people["officer"].is_active = False
    notify(cast.people["officer"], "x", "二", urgent=True)
    assert not Delivery.objects.exists()
    assert Notice.objects.count() == 2


@pytest.mark.parametrize("trouble", ["no credit", RuntimeError("13800001111 refused")])
def test_a_failing_channel_is_tried_again_and_given_up_in_sight(cast: Cast, trouble: str | Exception) -> None:
    notify(cast.people["officer"], "x", "一", urgent=True)
    Pigeon.trouble = trouble
    moment, waits = NOW, []
    for n in range(MOST_TRIES):
        counts = deliver_due(at=moment)
        assert counts == {"sent": 0, "failed": int(n < MOST_TRIES - 1), "given_up": int(n == MOST_TRIES - 1)}
        row = Delivery.objects.get()
        waits.append((row.due_at - moment).total_seconds() / 60)
        moment = row.due_at
    assert waits == [2, 4, 8, 16, 32, 0]
    assert stuck() == [row]
    assert "138" not in row.error
    Pigeon.trouble = ""
    assert deliver_due(at=moment + timedelta(days=1))["sent"] == 0


def test_a_message_being_sent_is_not_sent_by_a_second_clock(cast: Cast) -> None:
    notify(cast.people["officer"], "x", "一", urgent=True)
    seen: list[dict[str, int]] = []

    def nested(self: Pigeon, notice: Notice) -> str:
        seen.append(deliver_due(at=NOW))
        return ""

    original, Pigeon.send = Pigeon.send, nested  # type: ignore[method-assign]
    try:
        assert deliver_due(at=NOW)["sent"] == 1
    finally:
        Pigeon.send = original  # type: ignore[method-assign]
    assert seen == [{"sent": 0, "failed": 0, "given_up": 0}]


def test_a_channel_that_is_gone_fails_in_words(cast: Cast, settings: object) -> None:
    notify(cast.people["officer"], "x", "一", urgent=True)
    settings.NOTICE_CHANNELS = []  # type: ignore[attr-defined]
    assert deliver_due(at=NOW)["failed"] == 1
    assert Delivery.objects.get().error == "the channel is no longer in use"


def test_channels_are_loaded_by_name_and_a_wrong_name_stops(settings: object) -> None:
    settings.NOTICE_CHANNELS = ["fengqiao.notices.channels.Console"]  # type: ignore[attr-defined]
    assert [c.key for c in channels.configured()] == ["app", "console"]
    settings.NOTICE_CHANNELS = ["fengqiao.notices.channels.Console", "fengqiao.notices.channels.Console"]  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        channels.configured()
    settings.NOTICE_CHANNELS = ["nowhere.Nothing"]  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        channels.configured()


def test_the_console_says_that_and_not_what(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    notice = notify(cast.people["officer"], "assigned", "张三和李四又吵起来了")
    ways: list[Channel] = [Console(), InApp()]
    assert [w.send(notice) for w in ways] == ["", ""]
    assert "assigned" in caplog.text
    assert "张三" not in caplog.text


SHANGHAI_NIGHT = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)  # 23:00 there


def test_hours_of_sending_as_a_pure_rule() -> None:
    day = (NOW + timedelta(hours=-2), NOW + timedelta(hours=6))
    past = (NOW - timedelta(days=2), NOW - timedelta(days=1))
    assert send_at(NOW, [day], urgent=False) == NOW
    assert send_at(NOW, [past], urgent=False) == datetime(
        2026, 3, 12, 0, 0, tzinfo=UTC
    )  # on a roster, off today
    assert send_at(NOW, [], urgent=False) == NOW  # no roster, daytime
    assert send_at(SHANGHAI_NIGHT, [], urgent=False) == datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
    assert send_at(SHANGHAI_NIGHT, [], urgent=True) == SHANGHAI_NIGHT
    early = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)  # 6:00 there
    assert send_at(early, [], urgent=False) == datetime(2026, 3, 11, 0, 0, tzinfo=UTC)
    far = (NOW + timedelta(days=3), NOW + timedelta(days=3, hours=8))
    assert send_at(NOW, [far], urgent=False) == datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
    assert retry_at(NOW, 1) == NOW + timedelta(minutes=2)
    assert retry_at(NOW, MOST_TRIES) is None
