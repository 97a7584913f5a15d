"""Doing a verb in the mediation room: the case found in reach, unchanged since the caller saw it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.api import find, show_mediation
from fengqiao.api.acting import guarded
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas.mediation import CaseOut
from fengqiao.api.schemas.mediation_verbs import TermIn
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.mediation import actions, queries
from fengqiao.mediation.models import Agreement, Document, MediationCase, Party, Session, Term

Row = TypeVar("Row", Party, Session, Term, Document)


def case_of(request: ApiRequest, uid: UUID) -> MediationCase:
    """The case with this uid in reach. Raises OutOfReach."""
    found = queries.find(str(uid), request.auth.scope)
    if found is None:
        raise OutOfReach
    return found


def do(
    request: ApiRequest, uid: UUID, version: int | None, verb: Callable[[MediationCase, Actor], Any]
) -> CaseOut:
    """Do ``verb`` on the case and answer with the case as it is now."""
    found = case_of(request, uid)
    guarded(found, version, lambda: verb(found, request.auth))
    return show_mediation.case(case_of(request, uid), request.auth)


def part(rows: QuerySet[Row], pk: int, case: MediationCase) -> Row:
    """A row that belongs to the case. Raises OutOfReach."""
    owner = "agreement__case" if rows.model is Term else "case"
    return find.one(rows.filter(**{owner: case}), pk)


def agreement_of(case: MediationCase) -> Agreement:
    """The agreement of a case. Raises OutOfReach when there is none yet."""
    found = Agreement.objects.select_related("case").filter(case=case).first()
    if found is None:
        raise OutOfReach
    return found


def party_of(case: MediationCase, pk: int | None) -> Party | None:
    """A party named in a body. Raises Refusal."""
    if pk is None:
        return None
    found = Party.objects.filter(case=case, pk=pk).first()
    if found is None:
        raise Refusal(_("这一方不在这个调解里"), code="bad_party", field="party")
    return found


def drafts(case: MediationCase, terms: Sequence[TermIn]) -> list[actions.TermDraft]:
    """Terms as typed, with their parties."""
    return [draft(term, party_of(case, term.party)) for term in terms]


def draft(term: TermIn, party: Party | None) -> actions.TermDraft:
    """One term as typed."""
    return actions.TermDraft(
        text=term.text,
        party=party,
        amount=term.amount,
        how=term.how,
        due_at=term.due_on,
        instalments=tuple(actions.Instalment(p.due_on, p.amount) for p in term.instalments),
        at_once=term.at_once,
    )
