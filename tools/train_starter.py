"""Train the model that ships on the project's own lines: `python tools/train_starter.py` after they changed."""

from __future__ import annotations

from pathlib import Path

from fengqiao.algorithms.classify import STARTER
from fengqiao.algorithms.labelledrows import read_labelled
from fengqiao.algorithms.training import train
from fengqiao.matters.reference_categories import load_categories

DATA = Path(__file__).resolve().parent.parent / "src" / "fengqiao" / "algorithms" / "data"


def starter_rows() -> tuple[list[str], list[str]]:
    """The hand-written lines, and the name of every code."""
    texts, codes, _empty = read_labelled(DATA / "triage_lines.csv", "text", "code")
    names = [(row.zh, row.code) for row in load_categories().values()]
    return [*texts, *(name for name, _ in names)], [*codes, *(code for _, code in names)]


def main() -> None:
    """Write the model file beside the lines."""
    model = train(*starter_rows())
    model.save(DATA / STARTER)
    print(f"{model.version}: {model.facts['rows']} lines, {(DATA / STARTER).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
