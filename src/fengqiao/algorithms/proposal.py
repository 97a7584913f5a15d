"""What every category engine answers with, so that the inside can be replaced and the callers stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed category: a person decides.

    `confidence` is between 0 and 1: the share of proposals made with this figure that should prove right.
    `reasons` are words of the text the proposal rests on, the strongest first.
    """

    label: str
    confidence: float
    reasons: tuple[str, ...]


class Classifier(Protocol):
    """Proposes categories for a text. `name` and `version` are kept with each proposal, so it can be traced."""

    @property
    def name(self) -> str:
        """Short name of the method."""
        ...

    @property
    def version(self) -> str:
        """Version of its data; changes whenever its answers may change."""
        ...

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        """At most `k` proposals, the most likely first; empty when the text says nothing it knows."""
        ...
