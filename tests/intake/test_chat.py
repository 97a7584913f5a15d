"""Pasted chat groups: split, looked at, received once each; nicknames sealed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.chat import chosen, preview_chat, receive_chat
from fengqiao.intake.models import Contact, Report
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from tests.cast import NOW, Cast

PASTE = """\
3栋老周 2026-03-10 20:15
11 栋 202 楼上又漏水了，天花板掉皮
两家在楼道里吵
小美妈妈 2026-03-10 20:17
收到
烧烤店旁边 2026-03-10 20:30
幸福路烧烤店收摊太晚，油烟和吵闹到一点多
阿强 2026-03-10 20:41
孩子在金桥商场三楼走散了，男孩 6 岁，红色外套，找不到人
"""


def test_a_paste_becomes_reports_with_time_and_sealed_author(cast: Cast) -> None:
    preview = preview_chat(PASTE)
    assert [p.author for p in preview.parts] == ["3栋老周", "烧烤店旁边", "阿强"]
    assert any("附和" in s.reason for s in preview.skipped)
    done = receive_chat(preview.parts, by=cast.actor("duty"), area=cast.areas["community"])
    assert all(o.receipt and o.receipt.created for o in done)
    row = Report.objects.get(text__startswith="11 栋")
    assert "两家在楼道里吵" in row.text
    assert (row.channel, row.origin, row.area) == ("chat", "resident", cast.areas["community"])
    assert row.said_at == datetime(2026, 3, 10, 12, 15, tzinfo=UTC)
    assert row.entered_by == cast.people["duty"]
    assert Contact.objects.get(report=row).unseal("name_sealed") == "3栋老周"
    assert "老周" not in str(Report.objects.filter(pk=row.pk).values().get())
    assert Report.objects.get(text__contains="走散").severity == 1


def test_the_second_paste_adds_nothing(cast: Cast) -> None:
    receive_chat(preview_chat(PASTE).parts, by=cast.actor("duty"))
    again = preview_chat(PASTE)
    assert (again.fresh, len(again.parts)) == (0, 3)
    done = receive_chat(again.parts, by=cast.actor("officer"))
    assert [o.receipt.created for o in done if o.receipt] == [False, False, False]
    assert Report.objects.count() == 3


def test_a_message_that_grew_adds_its_new_lines_once(cast: Cast) -> None:
    receive_chat(preview_chat(PASTE).parts, by=cast.actor("duty"))
    longer = PASTE.replace("两家在楼道里吵\n", "两家在楼道里吵\n现在水流到电表箱了\n")
    for _ in range(2):
        done = receive_chat(preview_chat(longer).parts, by=cast.actor("duty"))
        assert [o.grown for o in done] == [True, False, False]
    row = Report.objects.get(text__startswith="11 栋")
    assert [m.text for m in row.messages.all()] == ["现在水流到电表箱了"]
    assert Report.objects.count() == 3


def test_only_what_was_chosen_comes_in(cast: Cast) -> None:
    preview = preview_chat(PASTE)
    receive_chat(chosen(preview, [3, 99]), by=cast.actor("duty"))
    assert Report.objects.count() == 1


def test_lines_without_names_or_times(cast: Cast) -> None:
    paste = "春晓里门口路灯坏了一个星期了\n\n迎丰路井盖松了，车过就响"
    preview = preview_chat(paste)
    assert [p.author for p in preview.parts] == ["", ""]
    receive_chat(preview.parts, by=cast.actor("duty"))
    assert not Contact.objects.exists()
    assert preview_chat(paste).fresh == 0
    with clock.at(NOW + timedelta(days=30)):
        assert preview_chat(paste).fresh == 2, "the same words a month later are another report"


def test_a_clock_time_that_lies_ahead_was_yesterday(cast: Cast) -> None:
    part = preview_chat("[20:15] 张三: 楼上漏水漏得厉害").parts[0]
    assert part.at == datetime(2026, 3, 10, 12, 15, tzinfo=UTC)
    assert preview_chat("[20:15] 张三: 楼上漏水漏得厉害", day=date(2026, 3, 1)).parts[0].at == datetime(
        2026, 3, 1, 12, 15, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "paste", ["", " \x00\n ", "水" * 100_001, "\n\n".join(f"第 {n} 件事情路灯坏了没人修" for n in range(300))]
)
def test_too_little_and_too_much(cast: Cast, paste: str) -> None:
    with pytest.raises(Refusal):
        preview_chat(paste)


def test_one_bad_part_leaves_the_others_alone(cast: Cast) -> None:
    paste = (
        "张三 2026-03-10 20:15\n"
        + "漏" * 10_001
        + "\n李四 2026-03-10 20:20\n路灯坏了没人修\n王五 1999-01-01 08:00\n旧事一件没有人管过"
    )
    done = receive_chat(preview_chat(paste).parts, by=cast.actor("duty"))
    assert [bool(o.receipt) for o in done] == [False, True, False]
    assert all(o.words for o in done if not o.receipt)
    assert Report.objects.count() == 1


def test_hostile_text_is_kept_as_text(cast: Cast) -> None:
    paste = "张三 2026-03-10 20:15\n<script>alert('漏水')</script> \u202e反的 😀\n"
    receive_chat(preview_chat(paste).parts, by=cast.actor("duty"))
    assert Report.objects.get().text == "<script>alert('漏水')</script> 反的 😀"


def test_who_may(cast: Cast) -> None:
    parts = preview_chat(PASTE).parts
    for by in (cast.actor("auditor"), cast.actor("nobody"), RESIDENT):
        with pytest.raises(NotAllowed):
            receive_chat(parts, by=by)
    assert not Report.objects.exists()
    assert receive_chat(parts, by=cast.actor("volunteer"))[0].receipt
