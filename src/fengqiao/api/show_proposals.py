"""What is proposed for a report, as answered."""

from __future__ import annotations

from fengqiao.api.schemas import proposals as out
from fengqiao.intake import proposals as made
from fengqiao.lib.present import chinese
from fengqiao.territory.models import Area


def proposals(found: made.Proposals) -> out.ProposalsOut:
    """Everything proposed for one report."""
    codes = dict(Area.objects.filter(pk__in={p.area_id for p in found.places}).values_list("pk", "code"))
    return out.ProposalsOut(
        categories=[_category(c) for c in found.categories],
        severity=_severity(found.severity),
        places=[_place(p, codes.get(p.area_id, "")) for p in found.places],
        outside=[_outside(p) for p in found.outside],
        duplicates=[_duplicate(d) for d in found.duplicates],
    )


def _category(row: made.CategoryProposal) -> out.CategoryProposalOut:
    return out.CategoryProposalOut(
        code=row.code,
        name=row.zh if chinese() else row.en,
        kind=row.kind,
        severity=row.severity,
        restricted=row.restricted,
        confidence=row.confidence,
        reasons=list(row.reasons),
        model=row.model,
    )


def _severity(row: made.SeverityProposal | None) -> out.SeverityProposalOut | None:
    if row is None:
        return None
    return out.SeverityProposalOut(
        severity=row.severity,
        label=row.label,
        floor=row.floor,
        words=list(row.words),
        tell_110=row.tell_110,
    )


def _place(row: made.PlaceProposal, code: str) -> out.PlaceProposalOut:
    return out.PlaceProposalOut(
        kind=row.kind,
        place=row.id if row.kind == "place" else None,
        area=code,
        name=row.name,
        lat=row.lat,
        lon=row.lon,
        said=row.said,
        detail=row.detail,
        confidence=row.confidence,
        reasons=list(row.reasons),
        model=row.model,
    )


def _outside(row: made.OutsideProposal) -> out.OutsideOut:
    return out.OutsideOut(
        code=row.code,
        name=row.name,
        said=row.said,
        detail=row.detail,
        confidence=row.confidence,
        reasons=list(row.reasons),
        model=row.model,
    )


def _duplicate(row: made.DuplicateProposal) -> out.DuplicateOut:
    return out.DuplicateOut(
        report=row.report_id,
        matter=row.matter_number,
        title=row.title,
        text=row.text,
        where=row.where,
        at=row.at,
        state_words=row.state_words,
        open=row.open,
        can_link=row.can_link,
        score=row.score,
        same=list(row.same),
        differs=list(row.differs),
        distance_m=row.distance_m,
        hours=row.hours,
    )
