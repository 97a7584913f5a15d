"""Parties: sealed from the first row, asked before anything begins, read only with a purpose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import close_case, save_case, story, take_case, takes_part, workdays
from fengqiao.mediation.choices import CaseOutcome, Consent, Side
from fengqiao.mediation.inputs import local_day, past, said
from fengqiao.mediation.models import MediationCase, Party
from fengqiao.mediation.party_data import PartyCard, PartyDraft, card, checked, write

MAX_PARTIES = 60


@transaction.atomic
def add_party(case: MediationCase, *, by: Actor, party: PartyDraft) -> Party:
    """Add a party, sealed. Refuses wrong phone and identity numbers, and a minor without guardian.

    Minors and people without capacity are heard with their guardian (for police mediation the procedure rules say
    so; we keep to it throughout).
    """
    found = take_case(case, "add_party", by)
    draft = checked(party, local_day(clock.now()))
    others = list(found.parties.all())
    if len(others) >= MAX_PARTIES:
        raise Refusal(
            _("一个调解最多 %(max_parties)s 方，请推选代表") % {"max_parties": MAX_PARTIES}, code="too_many"
        )
    if any(p.side == draft.side and p.unseal("name_sealed") == draft.name for p in others):
        raise Refusal(_("这一方已经加过了"), code="already", field="name")
    last = found.parties.filter(side=draft.side).aggregate(n=Max("position"))["n"] or 0
    row = Party(case=found, side=draft.side, position=last + 1)
    write(row, draft)
    row.save()
    save_case(found)
    label = Side(row.side).label
    story(found, by, f"加{label}：{row.masked_name}", party=row.pk, side=row.side)
    return row


@transaction.atomic
def correct_party(row: Party, *, by: Actor, party: PartyDraft) -> Party:
    """Put right what was written of a party; consent and rights told stay as they were. The side stays."""
    found = take_case(row.case, "correct_party", by)
    fresh = _fresh(row, found)
    draft = checked(party, local_day(clock.now()))
    if draft.side != fresh.side:
        raise Refusal(_("换到另一边请去掉后重新加"), code="other_side", field="side")
    write(fresh, draft)
    fresh.save()
    save_case(found)
    story(found, by, f"更正{Side(fresh.side).label} {fresh.masked_name} 的信息", party=fresh.pk)
    return fresh


@transaction.atomic
def remove_party(row: Party, *, by: Actor, reason: str) -> None:
    """Take out a party added by mistake, before the mediation begins; what was sealed is gone with the row."""
    found = take_case(row.case, "remove_party", by)
    fresh = _fresh(row, found)
    why = said(one_line(reason, limit=200), what=_("为什么去掉"), field="reason", limit=200)
    label, masked = Side(fresh.side).label, fresh.masked_name
    fresh.delete()
    save_case(found)
    story(found, by, f"去掉{label}：{masked}（{why}）")


@transaction.atomic
def tell_rights(
    case: MediationCase, *, by: Actor, parties: Sequence[Party] = (), at: datetime | None = None
) -> MediationCase:
    """Record that the parties (all of them when none is named) were told their rights and duties.

    They may choose or refuse a mediator, accept, refuse or stop the mediation, ask for an open or closed
    session, state their will freely; they tell the truth, keep order, respect the mediator and the others
    (art. 23, 24). It costs nothing (art. 4) and blocks no other route (art. 3).
    """
    found = take_case(case, "tell_rights", by)
    moment = past(
        at, what=_("告知时间"), field="at", not_before=found.opened_at - timedelta(days=rules.RETRO_DAYS)
    )
    rows = found.parties.filter(rights_told_at__isnull=True)
    if parties:
        rows = rows.filter(pk__in=[p.pk for p in parties])
    names = [p.masked_name for p in rows]
    if not names:
        raise Refusal(_("没有还未告知的当事人；请先加当事人"), code="nobody")
    rows.update(rights_told_at=moment)
    save_case(found)
    story(found, by, f"已告知权利义务：{'、'.join(names)}")
    return found


@transaction.atomic
def record_consent(
    row: Party,
    *,
    by: Actor,
    given: bool,
    how: str,
    at: datetime | None = None,
    rights_told: bool = False,
    routes_told: str = "",
) -> Party:
    """What a party says to being mediated, how and when. A clear refusal ends the case (art. 17).

    After a refusal the parties are told their other routes (art. 26): ``routes_told`` says which.
    """
    found = take_case(row.case, "record_consent", by)
    fresh = _fresh(row, found)
    moment = past(
        at, what=_("答复时间"), field="at", not_before=found.opened_at - timedelta(days=rules.RETRO_DAYS)
    )
    fresh.consent = Consent.GIVEN if given else Consent.REFUSED
    fresh.consent_at = moment
    fresh.consent_how = said(
        one_line(how, limit=80), what=_("怎么答复的（当面、电话、书面）"), field="how", limit=80
    )
    if rights_told and fresh.rights_told_at is None:
        fresh.rights_told_at = moment
    fresh.save()
    if given:
        save_case(found)
        story(
            found, by, f"{fresh.masked_name} 愿意调解（{fresh.consent_how}）", party=fresh.pk, consent="given"
        )
    else:
        _refused(found, fresh, by, routes_told)
    return fresh


def _refused(case: MediationCase, party: Party, by: Actor, routes_told: str) -> None:
    case.routes_told = said(
        routes_told,
        what=_("告诉了各方哪些其他途径（一方不愿意，调解就不能进行）"),
        field="routes_told",
        limit=1000,
    )
    why = f"{Side(party.side).label} {party.masked_name} 不愿调解（{party.consent_how}）"
    close_case(case, CaseOutcome.PARTY_REFUSED, why)
    story(
        case,
        by,
        f"{case.ended_why}，调解结束。已告知：{case.routes_told}",
        step="按其他途径办理，防止激化",
        due_at=workdays(2, case.matter),
        outcome=str(case.outcome),
    )


@transaction.atomic
def open_party(row: Party, *, by: Actor, purpose: str) -> PartyCard:
    """Open what is sealed of a party for a stated purpose; each reading is logged.

    In a restricted matter only who mediates, owns or jointly handles it may.
    """
    found = take_case(row.case, "open_party", by)
    fresh = Party.objects.filter(pk=row.pk, case=found).first()
    if fresh is None:
        raise OutOfReach
    if found.matter.restricted and not takes_part(found.matter, by, found.mediator_id):
        raise NotAllowed(_("这件事限制查看，只有经办的人可以打开当事人信息"))
    why = said(one_line(purpose, limit=120), what=_("为什么要看"), field="purpose", limit=120)
    log_read(fresh, by, why)
    return card(fresh)


def log_read(row: Party, by: Actor, purpose: str) -> None:
    """One audit entry for one reading of one party."""
    append(
        Fact(
            verb="contact.read",
            object_type="party",
            object_id=str(row.pk),
            actor_id=by.person_id,
            actor_kind=by.kind,
            data={"purpose": purpose, "mediation": row.case_id},
        )
    )


def _fresh(row: Party, case: MediationCase) -> Party:
    found = Party.objects.select_for_update().filter(pk=row.pk, case=case).first()
    if found is None:
        raise OutOfReach
    return found
