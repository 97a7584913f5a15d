"""What may be the same thing as a report, side by side with it: what agrees, what differs, one verb each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse

from fengqiao.accounts.scope import Actor
from fengqiao.desk.decision import latest
from fengqiao.intake.choices import SuggestionField
from fengqiao.intake.models import Report, Suggestion
from fengqiao.intake.proposals import DuplicateProposal, duplicates_of
from fengqiao.lib.present import humane_day
from fengqiao.matters.choices import State

MARKS = ("甲", "乙")
SAME_FROM = 0.6
"""Score from which the card offers to join; below it offers to note the two as alike."""


@dataclass(frozen=True)
class Twin:
    """Something that may be the same: what agrees, what differs, and the one verb its card offers. ``other`` names it
    on the page that shows both in full."""

    mark: str
    meta: str
    title: str
    excerpt: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    number: str
    url: str
    merge: bool
    similar: bool
    other: str
    merge_key: bool = False
    similar_key: bool = False


def twins(report: Report, actor: Actor, rows: list[Suggestion], *, both: bool) -> list[Twin]:
    """The two likeliest; ``both`` offers both verbs on each card."""
    kept = latest(rows, SuggestionField.DUPLICATE)
    found = [_twin(m, p, both) for m, p in zip(MARKS, duplicates_of(report, kept, actor), strict=False)]
    merge = next((t.mark for t in found if t.merge), "")
    similar = next((t.mark for t in found if t.similar), "")
    return [replace(t, merge_key=t.mark == merge, similar_key=t.mark == similar) for t in found]


def _twin(mark: str, proposal: DuplicateProposal, both: bool) -> Twin:
    """Only the likeliest, and only while it is being worked on, is offered as the same thing."""
    worked_on = proposal.open and proposal.state_words != str(State.RESOLVED.label)
    same = mark == MARKS[0] and proposal.can_link and worked_on and proposal.score >= SAME_FROM
    number = proposal.matter_number
    if number:
        url = reverse("desk:matter", args=[number])
    else:
        url = reverse("desk:report", args=[proposal.report_id]) if proposal.report_id else ""
    return Twin(
        mark=mark,
        meta=f"{humane_day(proposal.at)} · {proposal.state_words}",
        title=proposal.title or proposal.channel_words or number,
        excerpt=proposal.text,
        agrees=proposal.same,
        differs=proposal.differs,
        number=number,
        url=url,
        merge=bool(number) and (same or (both and proposal.can_link)),
        similar=bool(number) and (not same or both),
        other=str(proposal.report_id or number),
    )
