"""Who acts, and what they may reach: plain values that every query and action takes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grant:
    """Rights of one appointment over areas: path prefixes of the area tree (``/1/12/``), all below included."""

    role: str
    rights: frozenset[str]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """All that a person may reach at one moment; built for each request, so revocation bites at once."""

    person_id: int | None = None
    grants: tuple[Grant, ...] = ()

    def paths(self, right: str) -> tuple[str, ...]:
        """Area path prefixes in which the person holds ``right``, without those inside another."""
        found = sorted({p for g in self.grants if right in g.rights for p in g.paths})
        kept: list[str] = []
        for path in found:
            if not kept or not path.startswith(kept[-1]):
                kept.append(path)
        return tuple(kept)

    def can(self, right: str, area_path: str | None = None) -> bool:
        """Whether the person holds ``right`` somewhere, or over the area with this path."""
        if area_path is None:
            return any(right in g.rights for g in self.grants)
        return any(area_path.startswith(p) for p in self.paths(right))

    @property
    def roles(self) -> frozenset[str]:
        """Keys of the roles held."""
        return frozenset(g.role for g in self.grants)

    @property
    def rights(self) -> frozenset[str]:
        """Every right held anywhere."""
        return frozenset(r for g in self.grants for r in g.rights)


NOBODY = Scope()


@dataclass(frozen=True)
class Actor:
    """By whom an action is done. A model is never an actor: models propose, people decide."""

    kind: str
    scope: Scope = field(default=NOBODY)
    name: str = ""

    def __post_init__(self) -> None:
        if self.kind not in {"person", "resident", "system", "partner"}:
            raise ValueError(f"no such kind of actor: {self.kind!r}")

    @property
    def person_id(self) -> int | None:
        """The person's id, None for residents and the system's clocks."""
        return self.scope.person_id

    @property
    def is_system(self) -> bool:
        """True for the system's own clocks and imports."""
        return self.kind == "system"


SYSTEM = Actor("system", name="系统")
RESIDENT = Actor("resident", name="居民")
