"""Honest confidence: scores that are too loud, too quiet or mixed up come out as chances that come true."""

from __future__ import annotations

import numpy as np
import pytest

from fengqiao.algorithms.calibration import Honest, honest
from fengqiao.algorithms.evaluation import calibration_error

LABELS, ROWS = 4, 4_000


def drawn(mixed: float, loud: float) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Scores `loud` times too far apart, each holding `mixed` of the next label's; and the truth they stand for."""
    draw = np.random.default_rng(5)
    true = draw.normal(size=(ROWS, LABELS)) * 2
    chances = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    truth = np.array([draw.choice(LABELS, p=row) for row in chances])
    return (true + mixed * np.roll(true, 1, axis=1)) * loud, truth


def chances(found: Honest, scores: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    lifted = found.scale * (scores @ found.mixing) + found.shift
    powers = np.exp(lifted - lifted.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("loud", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("mixed", [0.0, 0.6])
def test_chances_come_true_on_texts_it_was_not_fitted_on(mixed: float, loud: float) -> None:
    scores, truth = drawn(mixed, loud)
    half = ROWS // 2
    said = chances(honest(scores[:half], truth[:half]), scores[half:])
    right = said.argmax(axis=1) == truth[half:]
    assert calibration_error(said.max(axis=1).astype(np.float32), right) < 0.05
    assert right.mean() >= (scores[half:].argmax(axis=1) == truth[half:]).mean() - 0.005


def test_mixed_scores_are_told_apart() -> None:
    scores, truth = drawn(0.6, 1.0)
    said = chances(honest(scores, truth), scores).argmax(axis=1)
    assert (said == truth).mean() > (scores.argmax(axis=1) == truth).mean() + 0.01


def test_too_few_texts_mix_nothing() -> None:
    scores, truth = drawn(0.6, 1.0)
    few = LABELS * LABELS - 1
    assert np.array_equal(honest(scores[:few], truth[:few]).mixing, np.eye(LABELS))
    assert not np.array_equal(honest(scores[: few + 1], truth[: few + 1]).mixing, np.eye(LABELS))


def test_a_label_nobody_has_stays_finite() -> None:
    scores, truth = drawn(0.0, 1.0)
    found = honest(scores[truth != 3], truth[truth != 3])
    assert np.isfinite(chances(found, scores)).all()
