"""Word lists that come with the project, as data files beside the code."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_DATA = files("fengqiao.algorithms") / "data"


def read_yaml(name: str) -> Any:
    """Content of a YAML data file of the project."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe


@cache
def word_list(name: str) -> frozenset[str]:
    """Words of a text file, parted by blanks; lines beginning with # are remarks."""
    lines = (_DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def advised_words(name: str) -> dict[str, str]:
    """Words of a YAML file with the advice each stands under."""
    return {word: str(advice) for advice, words in read_yaml(name).items() for word in str(words).split()}
