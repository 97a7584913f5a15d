"""Every operation in a few words, for people: the page at /api/ and the reference in the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fengqiao.api.access import operations
from fengqiao.api.v1 import api
from fengqiao.lib.policy import access_of


@dataclass(frozen=True)
class Told:
    """One operation: its address below /api/v1, what it does, the rights of which one is needed."""

    method: str
    path: str
    summary: str
    public: bool
    rights: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Operations that belong together."""

    name: str
    anchor: str
    rows: tuple[Told, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """All operations, group by group, in the order in which they are declared."""
    found: dict[str, list[Told]] = {}
    for path, operation in operations(api):
        access = access_of(operation.view_func)
        if access is None:
            continue
        (tag,) = operation.tags or ["other"]
        summary = re.split(r"\n\n", operation.description or "")[0].replace("\n", " ").replace("``", "")
        for method in operation.methods:
            told = Told(method, path, summary, access.public, access.rights)
            found.setdefault(tag, []).append(told)
    return tuple(Group(name, re.sub(r"\W+", "-", name), tuple(rows)) for name, rows in found.items())
