"""Keeping a dispute from turning violent (民转刑 prevention): police hear of signs at once; the outcome is marked."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import WORKING_STATES, Severity
from fengqiao.matters.models import Matter
from fengqiao.matters.queries import allowed_verbs
from fengqiao.mediation.actions._base import save_case, story, take_case, take_matter, tell
from fengqiao.mediation.choices import DangerKind
from fengqiao.mediation.danger import Sign, danger_signs
from fengqiao.mediation.inputs import said
from fengqiao.mediation.models import MediationCase
from fengqiao.teams.queries import who_answers

_POLICE = ("beat_officer", "duty_officer")
_THREATS = {str(DangerKind.WEAPON), str(DangerKind.THREAT)}


@transaction.atomic
def report_danger(
    case: MediationCase, *, by: Actor, text: str, kinds: Sequence[str] = (), people: int = 0
) -> MediationCase:
    """Tell the police at once of a weapon, a threat, five or more people gathered, or talk of self-harm.

    ``kinds``: values of DangerKind the person saw; what the words say is added. Raises Refusal when neither
    names a sign.
    """
    found = take_case(case, "report_danger", by)
    words = said(text, what=_("看到、听到了什么"), field="text", limit=2000)
    unknown = [kind for kind in kinds if kind not in DangerKind.values]
    if unknown:
        raise Refusal(_("请从列出的苗头里选"), code="missing", field="kinds")
    told = heads_up(found, by, words, people=people, seen=kinds, again=True)
    if not told:
        raise Refusal(
            _("请选是哪一种苗头：凶器、扬言、五人以上聚集、轻生的话"), code="missing", field="kinds"
        )
    return found


def heads_up(
    case: MediationCase,
    by: Actor,
    *texts: str,
    people: int = 0,
    seen: Sequence[str] = (),
    again: bool = False,
) -> tuple[Sign, ...]:
    """Look for signs in what was said; tell the police of every new kind (of all kinds with ``again``).

    The beat officer and the duty officer are notified, the matter becomes at least pressing, threats are noted
    for its follow-ups. Runs inside the transaction of the caller, on a locked case.
    """
    signs = _signs(texts, people, seen)
    known = {row["kind"] for row in case.danger_signs}
    fresh = signs if again else tuple(s for s in signs if s.kind not in known)
    if not fresh:
        return ()
    officers = _officers(case.matter, by)
    now = clock.now().isoformat()
    told = [o.pk for o in officers]
    case.danger_signs = [
        *case.danger_signs,
        *({"kind": s.kind, "words": list(s.words), "at": now, "told": told} for s in fresh),
    ]
    save_case(case)
    labels = "、".join(s.label for s in fresh)
    for officer in officers:
        tell(officer, by, case, f"调解中有苗头（{labels}），请马上看", urgent=True)
    names = "、".join(o.name for o in officers) or "本人"
    story(case, by, f"有激化苗头：{labels}。已提醒民警：{names}", danger=[s.kind for s in fresh], told=told)
    _lift(case.matter, by, labels, threats=any(s.kind in _THREATS for s in fresh))
    return fresh


def _signs(texts: Sequence[str], people: int, seen: Sequence[str]) -> tuple[Sign, ...]:
    found = {s.kind: s for s in danger_signs(*texts, people=people)}
    for kind in seen:
        found.setdefault(str(kind), Sign(str(kind), ()))
    return tuple(found[str(kind)] for kind in DangerKind if str(kind) in found)


def _officers(matter: Matter, by: Actor) -> list[Person]:
    """The beat officer and the duty officer of the ground, without the actor and the one it is about."""
    exclude = frozenset(pk for pk in (matter.about_id,) if pk)
    people = [who_answers(matter.area, role=role, exclude=exclude).person for role in _POLICE]
    return [p for p in dict.fromkeys(people) if p.pk != by.person_id]


def _lift(matter: Matter, by: Actor, labels: str, *, threats: bool) -> None:
    if matter.state not in WORKING_STATES:
        return
    if matter.severity > Severity.PRESSING and "raise" in allowed_verbs(matter, by):
        why = f"调解中有激化苗头：{labels}"
        matters.raise_severity(matter, by=by, severity=int(Severity.PRESSING), why=why)
    if threats:
        matters.mark_threatening(matter, by=by, why=labels)


@transaction.atomic
def mark_kept_from_violence(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Mark that mediation kept a dispute from turning violent; the reason says what that rests on.

    Only where the record shows a sign of danger, so that the figure counts what was really near. Raises Refusal
    ``no_sign`` otherwise.
    """
    found = take_matter(matter, "mark_kept_from_violence", by)
    why = said(reason, what=_("凭什么说避免了激化"), field="reason", limit=300)
    if len(why) < 6:
        raise Refusal(_("理由写具体一点：当时有什么苗头，怎么劝住的"), code="too_short", field="reason")
    signs = any(case.danger_signs for case in MediationCase.objects.filter(matter=found))
    if not (signs or found.threatening or found.severity <= Severity.PRESSING):
        raise Refusal(
            _("记录里没有激化苗头。请先在调解记录里写下当时的苗头，或用“提醒民警”记下"),
            code="no_sign",
            field="reason",
        )
    return matters.mark_kept_from_violence(found, by=by, why=why)
