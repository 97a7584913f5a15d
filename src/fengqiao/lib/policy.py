"""The one policy checker: every route says who may come in; a route that says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "fq_access"


class HasRights(Protocol):
    """What the checker needs of a scope."""

    @property
    def person_id(self) -> int | None: ...

    def can(self, right: str, area_path: str | None = None) -> bool: ...


@dataclass(frozen=True)
class Access:
    """Who may enter a route. ``public`` needs no sign-in; otherwise signed in and, if named, one of ``rights``.

    What a person sees behind the door is the business of ``visible_to``; this only opens the door.
    """

    public: bool = False
    rights: tuple[str, ...] = ()

    def admits(self, scope: HasRights) -> bool:
        """Whether ``scope`` may enter."""
        if self.public:
            return True
        if scope.person_id is None:
            return False
        return not self.rights or any(scope.can(right) for right in self.rights)


def public(view: View) -> View:
    """Mark a view open to everybody, signed in or not."""
    setattr(view, ATTRIBUTE, Access(public=True))
    return view


def signed_in(view: View) -> View:
    """Mark a view open to every signed-in person."""
    setattr(view, ATTRIBUTE, Access())
    return view


def needs(*rights: str) -> Callable[[View], View]:
    """Mark a view open to signed-in people who hold one of ``rights`` somewhere."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, Access(rights=rights))
        return view

    return mark


def access_of(view: Any) -> Access | None:
    """What a view says of itself, None when it says nothing (then it is closed)."""
    found = getattr(view, ATTRIBUTE, None)
    if found is None:
        found = getattr(getattr(view, "view_class", None), ATTRIBUTE, None)
    return found if isinstance(found, Access) else None
