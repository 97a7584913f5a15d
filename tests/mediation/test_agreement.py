"""Agreements: drafts, signatures, validity, terms as promises, vague words, instalments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import FollowUp, Matter, Promise
from fengqiao.mediation import actions
from fengqiao.mediation.actions import Instalment, TermDraft
from fengqiao.mediation.models import Agreement, MediationCase
from tests.cast import NOW, Cast
from tests.mediation.conftest import Room, at

CLEAR = "修好 302 卫生间的防水，两家共同查看不再渗水"


def test_a_signed_agreement_is_valid_and_binds(room: Room, cast: Cast) -> None:
    case = room.started()
    agreement = room.agreed(case)
    assert agreement.is_valid
    assert agreement.number == case.number
    assert agreement.confirm_by == date(2026, 4, 10)
    fresh = MediationCase.objects.get(pk=case.pk)
    assert (fresh.state, fresh.outcome) == ("agreed", "written")
    matter = Matter.objects.get(pk=case.matter_id)
    assert matter.next_step == "写明结果办结，到期看协议是否守住"
    story = matter.events.filter(kind="mediation").latest("id").text
    assert "共 3,000.00 元" in story
    assert "最后一天是 2026 年 4 月 10 日" in story


def test_terms_become_promises_with_a_look_at_each_date(room: Room, cast: Cast) -> None:
    agreement = room.agreed()
    promises = list(Promise.objects.filter(matter=agreement.case.matter, kind="term").order_by("due_at"))
    assert [(p.who, p.amount, p.state) for p in promises] == [
        ("刘*", None, "open"),
        ("刘*", Decimal("3000.00"), "open"),
    ]
    assert [clock.local(p.due_at).date() for p in promises] == [date(2026, 3, 20), date(2026, 3, 31)]
    looks = list(FollowUp.objects.filter(promise__in=promises).order_by("due_at"))
    assert [f.due_at for f in looks] == [p.due_at for p in promises]
    assert {f.owner for f in looks} == {cast.people["mediator"]}
    assert "看协议第 1 项是否守住" in looks[0].purpose


@pytest.mark.parametrize(
    ("form", "flags", "missing"),
    [
        ("written", (False, True, True), "各方当事人签名"),
        ("written", (True, False, True), "调解员签名"),
        ("written", (True, True, False), "印章"),
        ("written", (False, False, False), "各方当事人签名"),
        ("oral", (True, False, True), "调解员签名"),
    ],
)
def test_no_agreement_without_its_signatures(
    room: Room, form: str, flags: tuple[bool, bool, bool], missing: str
) -> None:
    """Written: all parties, mediator, seal (art. 29). Oral: the mediator's record (art. 28, 30)."""
    case = room.started()
    everyone, mediator, seal = flags
    with pytest.raises(Refusal) as refusal:
        room.agreed(case, form=form, signed_by_all=everyone, mediator_signed=mediator, committee_sealed=seal)
    assert refusal.value.code == "not_signed"
    assert missing in refusal.value.message
    assert not Agreement.objects.exists()
    assert not Promise.objects.filter(kind="term").exists()
    assert MediationCase.objects.get(pk=case.pk).state == "open"


def test_the_database_itself_keeps_unsigned_agreements_invalid(room: Room) -> None:
    agreement = room.agreed()
    for flag in ("signed_by_all", "mediator_signed", "committee_sealed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**{flag: False})
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(confirm_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(form="oral", mediator_signed=False)


def test_an_oral_agreement_holds_when_the_mediator_wrote_it_down(room: Room) -> None:
    agreement = room.agreed(form="oral", signed_by_all=False, committee_sealed=False)
    assert agreement.is_valid
    assert agreement.case.outcome == "oral"


def test_a_draft_binds_nobody_until_signed(room: Room) -> None:
    case = room.started()
    draft = actions.draft_agreement(
        case, by=room.by(), form="written", facts="302 防水失修", terms=room.terms(case)
    )
    assert not draft.is_valid
    assert draft.confirm_by is None
    assert not Promise.objects.filter(kind="term").exists()
    again = actions.draft_agreement(
        case, by=room.by(), form="written", facts="302 防水失修", terms=room.terms(case)[:1]
    )
    assert again.pk == draft.pk
    assert again.terms.count() == 1
    signed = actions.sign_agreement(
        draft,
        by=room.by(),
        signed_by_all=True,
        mediator_signed=True,
        committee_sealed=True,
        valid_from=NOW - timedelta(hours=1),
    )
    assert signed.valid_from == NOW - timedelta(hours=1)
    assert Promise.objects.filter(kind="term").count() == 1
    with pytest.raises(Refusal) as refusal:
        actions.sign_agreement(
            draft, by=room.by(), signed_by_all=True, mediator_signed=True, committee_sealed=True
        )
    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize(
    ("valid_from", "code"), [(NOW + timedelta(hours=2), "future"), (NOW - timedelta(days=2), "too_early")]
)
def test_validity_begins_between_the_opening_and_now(room: Room, valid_from: Any, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        room.agreed(valid_from=valid_from)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        (at(31, 23, 1), date(2026, 3, 2)),  # 23:00 on 31 January in Shanghai is still that day
        (at(28, 10, 2), date(2026, 3, 30)),
        (at(1, 0, 4), date(2026, 5, 1)),  # midnight in Shanghai is the day before in UTC
    ],
)
def test_the_last_day_counts_from_the_local_day(room: Room, moment: Any, last: date) -> None:
    with clock.at(moment):
        agreement = room.agreed(terms=[TermDraft(CLEAR, due_at=moment + timedelta(days=9))])
    assert agreement.confirm_by == last


def test_vague_terms_are_flagged_and_need_a_reason(room: Room) -> None:
    """A court refuses to confirm what is unclear: no sum, no date, no way of paying."""
    case = room.started()
    vague = [TermDraft("刘芳尽快赔偿适当的费用", case.parties.get(side="respondent"))]
    findings = actions.check_terms(vague)
    assert findings
    assert all(f.position == 1 and f.message for f in findings)
    with pytest.raises(Refusal) as refusal:
        room.agreed(case, vague)
    assert refusal.value.code == "vague_terms"
    assert findings[0].message in refusal.value.message
    agreement = room.agreed(case, vague, accept_vague_reason="双方坚持这样写，已说明后果")
    assert agreement.vague_reason == "双方坚持这样写，已说明后果"
    assert [f["message"] for f in agreement.findings] == [f.message for f in findings]
    promise = agreement.terms.get().promise
    assert promise is not None
    assert clock.local(promise.due_at).date() == date(2026, 4, 10)  # somebody looks after thirty days


def test_clear_terms_leave_no_findings(room: Room) -> None:
    agreement = room.agreed(accept_vague_reason="用不着的理由")
    assert agreement.findings == []
    assert agreement.vague_reason == ""


def test_instalments_are_promises_of_their_own(room: Room) -> None:
    case = room.started()
    parts = tuple(Instalment(date(2026, month, 15), Decimal(1000)) for month in (4, 5, 6))
    term = TermDraft(
        "赔偿 202 墙面修补费", case.parties.get(side="respondent"), Decimal(3000), "微信转账", None, parts
    )
    agreement = room.agreed(case, [term])
    rows = list(agreement.terms.all())
    assert [r.text for r in rows] == [f"赔偿 202 墙面修补费（第 {n} 期，共 3 期）" for n in (1, 2, 3)]
    assert [clock.local(r.due_at).date().month for r in rows if r.due_at] == [4, 5, 6]
    assert sum(r.amount or 0 for r in rows) == 3000


def test_instalments_must_add_up(room: Room) -> None:
    case = room.started()
    parts = (Instalment(date(2026, 4, 15), Decimal(1000)), Instalment(date(2026, 5, 15), Decimal(1500)))
    with pytest.raises(Refusal) as refusal:
        room.agreed(case, [TermDraft("赔偿修补费", None, Decimal(3000), "微信转账", None, parts)])
    assert refusal.value.code == "bad_amount"
    assert "2,500.00" in refusal.value.message


@pytest.mark.parametrize(
    ("term", "code"),
    [
        (TermDraft("  ", due_at=date(2026, 3, 20)), "missing"),
        (TermDraft("赔偿修补费", amount=Decimal("-1"), how="转账", due_at=date(2026, 3, 20)), "bad_amount"),
        (
            TermDraft("赔偿修补费", amount=Decimal("1.005"), how="转账", due_at=date(2026, 3, 20)),
            "bad_amount",
        ),
        (TermDraft("赔偿修补费", amount=Decimal("NaN"), how="转账", due_at=date(2026, 3, 20)), "bad_amount"),
        (TermDraft(CLEAR, due_at=date(2026, 3, 1)), "past"),
        (TermDraft(CLEAR, due_at=date(2036, 3, 1)), "too_far"),
        (TermDraft(CLEAR, due_at=NOW.replace(tzinfo=None)), "bad_time"),
    ],
)
def test_terms_that_cannot_be_kept_track_of(room: Room, term: TermDraft, code: str) -> None:
    case = room.started()
    with pytest.raises(Refusal) as refusal:
        room.agreed(case, [term], accept_vague_reason="照写")
    assert refusal.value.code == code
    assert not Agreement.objects.exists()


def test_an_agreement_has_terms_a_form_and_facts(room: Room) -> None:
    case = room.started()
    for more, field in (({"form": "handshake"}, "form"), ({"facts": " "}, "facts")):
        with pytest.raises(Refusal) as refusal:
            room.agreed(case, **more)
        assert refusal.value.field == field
    with pytest.raises(Refusal) as refusal:
        actions.draft_agreement(case, by=room.by(), form="oral", facts="事实", terms=[])
    assert refusal.value.field == "terms"


def test_somebody_from_another_case_owes_nothing_here(room: Room) -> None:
    stranger = room.party(room.case(room.matter()))
    with pytest.raises(Refusal) as refusal:
        room.agreed(terms=[TermDraft(CLEAR, stranger, due_at=date(2026, 3, 20))])
    assert refusal.value.code == "bad_party"


def test_done_on_the_spot(room: Room) -> None:
    """Everything done before signing: the mediation is over at once (即时履行)."""
    case = room.started()
    payer = case.parties.get(side="respondent")
    agreement = room.agreed(
        case, [TermDraft("赔偿打碎的玻璃", payer, Decimal(200), "微信当场转账", at_once=True)], form="oral"
    )
    fresh = MediationCase.objects.get(pk=case.pk)
    assert (fresh.state, fresh.outcome) == ("ended", "at_once")
    assert agreement.performance == "done"
    assert agreement.terms.get().promise.state == "kept"  # type: ignore[union-attr]
    assert not FollowUp.objects.filter(promise__isnull=False).exists()


def test_no_agreement_before_the_start_or_without_consent(room: Room) -> None:
    with pytest.raises(Refusal) as refusal:
        room.agreed(room.case(), [TermDraft(CLEAR, due_at=date(2026, 3, 20))])
    assert refusal.value.code == "wrong_state"
    case = room.started(room.case(room.matter()))
    room.party(case, "other", "王五")
    with pytest.raises(Refusal) as refusal:
        room.agreed(case)
    assert refusal.value.code == "no_consent"


@pytest.mark.parametrize(
    "text", ["由刘芳付清，张建华不得起诉", "双方放弃一切权利", "2026 年 2 月 30 日前修好防水"]
)
def test_what_no_agreement_may_say(room: Room, text: str) -> None:
    """Mediation never takes away the way to court, arbitration or the police (art. 3); no reason helps."""
    case = room.started()
    with pytest.raises(Refusal) as refusal:
        room.agreed(case, [TermDraft(text, due_at=date(2026, 3, 20))], accept_vague_reason="双方坚持")
    assert refusal.value.code == "unlawful_term"
    assert not Agreement.objects.exists()


def test_a_term_names_its_party_beside_the_text(room: Room) -> None:
    case = room.started()
    payer = case.parties.get(side="respondent")
    without = actions.check_terms([TermDraft("赔偿修补费", None, Decimal(10), "微信转账", date(2026, 3, 20))])
    named = actions.check_terms([TermDraft("赔偿修补费", payer, Decimal(10), "微信转账", date(2026, 3, 20))])
    assert {f.kind for f in without} == {"no_party"}
    assert named == ()
