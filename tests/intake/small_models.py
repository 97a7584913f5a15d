"""Model files small enough to make by hand, without training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fengqiao.algorithms.linear import LinearClassifier, LinearModel
from fengqiao.algorithms.textfeatures import Reading

LABELS = ("FI5", "NB2")
WORDS = {"FI5": "电瓶车充电飞线", "NB2": "楼上漏水渗水"}


def small(
    version: str = "small-1", labels: tuple[str, ...] = LABELS, favourite: str = ""
) -> LinearClassifier:
    """A model that knows a few words; ``favourite`` is what it says of everything it knows."""
    heard = [set(Reading([WORDS.get(label, label)]).tokens().hashes.tolist()) for label in labels]
    hashes = np.array(sorted(set().union(*heard)), dtype=np.uint32)
    weights = np.zeros((len(hashes), len(labels)), dtype=np.float32)
    for column, said in enumerate(heard):
        target = labels.index(favourite) if favourite else column
        for row, one in enumerate(hashes.tolist()):
            if one in said:
                weights[row, target] = 1.0
    return LinearClassifier(
        LinearModel(
            labels=labels,
            hashes=hashes,
            idf=np.ones(len(hashes), dtype=np.float32),
            weights=weights,
            bias=np.zeros(len(labels), dtype=np.float32),
            scale=4.0,
            shift=np.zeros(len(labels), dtype=np.float32),
            facts={
                "version": version,
                "rows": 400,
                "data_sha256": "d" * 64,
                "metrics": {
                    "tested": 80,
                    "accuracy": 0.75,
                    "macro_f1": 0.7,
                    "top2": 0.9,
                    "calibration_error": 0.1,
                },
            },
        )
    )


def packed(folder: Path, version: str = "small-1", **more: object) -> bytes:
    """The same as the bytes of its file."""
    path = folder / f"{version}.npz"
    small(version, **more).save(path)  # type: ignore[arg-type]
    return path.read_bytes()
