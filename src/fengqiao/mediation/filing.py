"""The file of a case: which papers it has, which it lacks, in the order in which they are bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.mediation import store
from fengqiao.mediation.choices import PaperState
from fengqiao.mediation.documents import day
from fengqiao.mediation.models import Agreement, Document, DocumentTemplate, MediationCase
from fengqiao.mediation.papers import CaseFacts, Paper, groups_there, load_papers, state_of

_NOT_LISTED = ("cover", "contents")


@dataclass(frozen=True)
class PaperRow:
    """One line of the file: a kind of paper, whether it must be there, where it stands, what is there."""

    position: int
    kind: str
    title: str
    need: str
    made: bool
    state: str
    state_words: str
    documents: tuple[Document, ...]
    can_make: bool


@dataclass(frozen=True)
class FileContents:
    """The whole file; ``missing`` names what must still come (one of a group once)."""

    rows: tuple[PaperRow, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Nothing that must be there is missing."""
        return not self.missing


def facts_of(case: MediationCase) -> CaseFacts:
    """What decides which papers the case needs; a drafted agreement counts, so that it can be printed and signed."""
    agreement = Agreement.objects.filter(case=case).first()
    return CaseFacts(
        state=case.state,
        outcome=case.outcome,
        sessions_held=case.sessions.filter(held_at__isnull=False).count(),
        form=agreement.form if agreement else "",
        valid=bool(agreement and agreement.is_valid),
    )


def file_contents(case: MediationCase) -> FileContents:
    """The file of ``case`` in binding order: M must / O on need, state, the papers there (newest last)."""
    papers, facts = load_papers(), facts_of(case)
    there: dict[str, list[Document]] = {}
    for row in case.documents.select_related("made_by").order_by("made_at", "id"):
        there.setdefault(row.kind, []).append(row)
    groups = groups_there(papers, there)
    rows = []
    for position, paper in enumerate(papers.values(), start=1):
        state = state_of(paper, facts, there, groups)
        rows.append(
            PaperRow(
                position=position,
                kind=paper.key,
                title=paper.zh,
                need="M" if paper.must else "O",
                made=paper.made,
                state=state,
                state_words=str(PaperState(state).label),
                documents=tuple(there.get(paper.key, ())),
                can_make=paper.made and state != PaperState.WAITING,
            )
        )
    return FileContents(tuple(rows), _missing(papers, rows))


def _missing(papers: Mapping[str, Paper], rows: list[PaperRow]) -> tuple[str, ...]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.state == PaperState.MISSING:
            found.setdefault(papers[row.kind].group or row.kind, []).append(row.title)
    return tuple("或".join(titles) for titles in found.values())


def paper_rows(case: MediationCase, *, making: str = "") -> list[dict[str, str]]:
    """Rows for the contents page: every paper that is there, and the one being made, after cover and contents."""
    found: list[dict[str, str]] = []
    for row in file_contents(case).rows:
        newest = row.documents[-1] if row.documents else None
        if row.kind in _NOT_LISTED or (newest is None and row.kind != making):
            continue
        found.append(
            {
                "number": str(len(found) + 1),
                "title": row.title,
                "on": day(newest.made_at if newest else clock.now()),
                "pages": str(newest.pages) if newest and newest.pages else "",
                "note": newest.note if newest else "",
            }
        )
    return found


def own_template(kind: str) -> DocumentTemplate | None:
    """The station's own template in use for a kind."""
    return DocumentTemplate.objects.filter(kind=kind, removed_at__isnull=True).order_by("-id").first()


def template_bytes(kind: str) -> bytes:
    """The template in use: the station's own, else the built-in one."""
    own = own_template(kind)
    if own is not None:
        return store.read(own.path)
    return builtin_template(kind)


def builtin_template(kind: str) -> bytes:
    """The template that comes with the program, to be changed in Word and uploaded again."""
    paper: Paper | None = load_papers().get(kind)
    if paper is None or not paper.made:
        raise Refusal(_("这种材料没有模板"), code="unknown_paper", field="kind")
    return paper.builtin.read_bytes()
