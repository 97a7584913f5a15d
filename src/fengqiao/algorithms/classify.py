"""Categories for a report: the one entry to the engines that propose them.

`LexiconClassifier` needs no data, `LinearClassifier` is trained on a station's own reports, `StackedProposer` blends the
two. All keep to `Classifier`, so whatever replaces their inside changes nothing for the callers. Proposals only: a
person confirms, corrects or refuses.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from functools import cache
from importlib.resources import as_file, files

from fengqiao.algorithms.labelledrows import TrainingError
from fengqiao.algorithms.lexicon import LexiconClassifier
from fengqiao.algorithms.linear import LinearClassifier
from fengqiao.algorithms.modelfile import ModelFileError
from fengqiao.algorithms.proposal import Classifier, Proposal
from fengqiao.algorithms.training import train, train_csv

STARTER_SHARE = 0.55
"""Say of the model that ships: between what is best on lines like those the word rules were made with (.5) and on lines
written without a look at either (.7)."""
__all__ = [
    "STARTER_SHARE",
    "Classifier",
    "LexiconClassifier",
    "LinearClassifier",
    "ModelFileError",
    "Proposal",
    "StackedProposer",
    "TrainingError",
    "starter",
    "train",
    "train_csv",
]

STARTER = "starter.npz"  # made by tools/train_starter.py from data/triage_lines.csv
ENOUGH_ROWS = 300  # training rows at which a model weighs half of what its measured accuracy deserves
DEPTH = 8  # proposals taken from each engine before blending
MAX_REASONS = 4
_log = logging.getLogger(__name__)


class StackedProposer:
    """Blends word rules with a trained model, as far as the model has earned it.

    The model's say is its measured accuracy times rows / (rows + 300), nothing where it was not measured, unless it is
    told. Labels it has never seen keep what the word rules give them. In place of the word rules another blend may
    stand: so the station's own model comes on top of the one that ships. A model that fails, or answers with no number,
    is left out of that answer and the failure is logged: a report never waits for a model.
    """

    name = "stacked"

    def __init__(
        self,
        lexicon: Classifier,
        model: LinearClassifier | None = None,
        *,
        labels: Collection[str] | None = None,
        share: float | None = None,
    ) -> None:
        """`labels`: the codes in use; proposals for others are dropped (default: all). `share`: the model's say, 0..1."""
        self._lexicon = lexicon
        self._model = model
        self._labels = None if labels is None else frozenset(labels)
        self._known = frozenset(() if model is None else model.labels)
        self._share = 0.0 if model is None else _earned(model) if share is None else share
        usable = self._known & (self._labels if self._labels is not None else _labels_of(lexicon))
        self.uses_model = bool(usable) and self._share > 0

    @property
    def labels(self) -> frozenset[str]:
        """All it may propose."""
        both = _labels_of(self._lexicon) | self._known
        return both if self._labels is None else both & self._labels

    @property
    def version(self) -> str:
        """Versions of both parts, joined."""
        return (
            f"{self._lexicon.version}+{self._model.version}"
            if self.uses_model and self._model
            else self._lexicon.version
        )

    def propose(self, text: str, *, k: int = 3) -> list[Proposal]:
        """At most `k` proposals of both engines blended, the most likely first."""
        ruled = self._sound(self._lexicon.propose(text, k=DEPTH))
        trained = self._trained(text)
        if not trained:
            return list(ruled.values())[:k]
        blended = [self._blend(label, ruled.get(label), trained.get(label)) for label in {**ruled, **trained}]
        whole = max(1.0, sum(one.confidence for one in blended))
        ranked = sorted(blended, key=lambda one: (-one.confidence, one.label))
        return [Proposal(one.label, one.confidence / whole, one.reasons) for one in ranked[:k]]

    def _trained(self, text: str) -> dict[str, Proposal]:
        if self._model is None or not self.uses_model:
            return {}
        try:
            return self._sound(self._model.propose(text, k=DEPTH))
        except Exception:
            _log.exception("the trained model failed; word rules alone propose")
            return {}

    def _sound(self, proposals: Collection[Proposal]) -> dict[str, Proposal]:
        return {
            one.label: one
            for one in proposals
            if math.isfinite(one.confidence)
            and 0 <= one.confidence <= 1
            and (self._labels is None or one.label in self._labels)
        }

    def _blend(self, label: str, ruled: Proposal | None, trained: Proposal | None) -> Proposal:
        by_rule = ruled.confidence if ruled else 0.0
        by_model = trained.confidence if trained else 0.0
        share = self._share if label in self._known else 0.0
        reasons = dict.fromkeys((*(ruled.reasons if ruled else ()), *(trained.reasons if trained else ())))
        return Proposal(label, share * by_model + (1 - share) * by_rule, tuple(reasons)[:MAX_REASONS])


@cache
def starter() -> Classifier:
    """What proposes before a station has a model of its own: word rules and the model trained on the project's lines.

    Word rules alone where the file of that model is damaged; the log says so.
    """
    try:
        with as_file(files("fengqiao.algorithms") / "data" / STARTER) as path:
            return StackedProposer(LexiconClassifier(), LinearClassifier.load(path), share=STARTER_SHARE)
    except ModelFileError:
        _log.exception("the model that ships cannot be read; word rules alone propose")
        return LexiconClassifier()


def _labels_of(classifier: Classifier) -> frozenset[str]:
    return frozenset(getattr(classifier, "labels", ()))


def _earned(model: LinearClassifier) -> float:
    """Share of the say a model has earned: between 0 and 1."""
    metrics = model.facts.get("metrics")
    rows = model.facts.get("rows", 0)
    if not isinstance(metrics, dict) or not isinstance(rows, int) or rows <= 0:
        return 0.0
    accuracy = float(metrics.get("accuracy", 0.0))
    return accuracy * rows / (rows + ENOUGH_ROWS) if math.isfinite(accuracy) else 0.0
