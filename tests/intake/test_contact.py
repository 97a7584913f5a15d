"""A contact opens only with a purpose, and each opening is there for the resident to see."""

from __future__ import annotations

import pytest

from fengqiao.accounts.scope import RESIDENT
from fengqiao.audit.models import Entry
from fengqiao.intake.actions import ContactDraft, accept_report, open_contact, reads_for_resident
from fengqiao.intake.models import Contact, Report
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from tests.cast import Cast
from tests.intake.helpers import report


@pytest.fixture
def row(cast: Cast) -> Report:
    return report(
        area=cast.areas["grid1"], contact=ContactDraft("张三", "13800138000", safe_time="晚上七点后")
    )


def test_one_reading_one_entry_one_line_for_the_resident(cast: Cast, row: Report) -> None:
    card = open_contact(row, by=cast.actor("duty"), purpose="核实楼栋号")
    assert (card.name, card.phone, card.safe_time) == ("张三", "13800138000", "晚上七点后")
    entry = Entry.objects.get(verb="contact.read")
    assert entry.actor_id == cast.people["duty"].pk
    assert "138" not in str(entry.data)
    reads = reads_for_resident(row.code)
    assert [(r.role, r.purpose) for r in reads] == [("值班民警", "核实楼栋号")]
    assert "138" not in repr(card)


@pytest.mark.parametrize("purpose", ["", "   ", "看看", "a b", "x" * 300])
def test_no_purpose_no_contact(cast: Cast, row: Report, purpose: str) -> None:
    with pytest.raises(Refusal):
        open_contact(row, by=cast.actor("duty"), purpose=purpose)
    assert not Entry.objects.filter(verb="contact.read").exists()


def test_who_may(cast: Cast, row: Report) -> None:
    for name in ("outsider", "volunteer", "grid_worker", "nobody", "auditor", "admin"):
        with pytest.raises(OutOfReach):
            open_contact(row, by=cast.actor(name), purpose="想打个电话")
    with pytest.raises(OutOfReach):
        open_contact(row, by=RESIDENT, purpose="想打个电话")
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["grid_worker"])
    assert matter.owner == cast.people["grid_worker"]
    assert open_contact(row, by=cast.actor("grid_worker"), purpose="约时间上门看").phone == "13800138000"
    mine = report(by=cast.actor("volunteer"), channel="field", contact=ContactDraft("李四", "13900139000"))
    with pytest.raises(NotAllowed):
        open_contact(mine, by=cast.actor("volunteer"), purpose="想打个电话")


def test_the_person_complained_about_never_gets_it(cast: Cast) -> None:
    row = report("投诉王建国态度恶劣", area=cast.areas["grid1"], contact=ContactDraft("张三", "13800138000"))
    with pytest.raises(OutOfReach):
        open_contact(row, by=cast.actor("officer"), purpose="想解释一下")


def test_nothing_left_and_tampering_are_told(cast: Cast, row: Report) -> None:
    bare = report(area=cast.areas["grid1"])
    with pytest.raises(Refusal) as caught:
        open_contact(bare, by=cast.actor("duty"), purpose="核实楼栋号")
    assert caught.value.code == "no_contact"
    other = report(area=cast.areas["grid1"], contact=ContactDraft("李四", "13900139000"))
    stolen = Contact.objects.get(report=other)
    Contact.objects.filter(report=row).update(phone_sealed=stolen.phone_sealed)
    with pytest.raises(Refusal) as caught:
        open_contact(row, by=cast.actor("duty"), purpose="核实楼栋号")
    assert caught.value.code == "tampered"
    assert not Entry.objects.filter(verb="contact.read", object_id=str(row.uid)).exists()
