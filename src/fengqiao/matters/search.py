"""What of a matter can be searched."""

from __future__ import annotations

from fengqiao.lib.search import TextIndex
from fengqiao.matters.models import Matter

INDEX = TextIndex("matters_search")


def index_matter(matter: Matter, *more: str) -> None:
    """Index a matter's number, title, words and place; ``more`` adds words of linked reports."""
    place = matter.place.name if matter.place_id and matter.place else ""
    INDEX.put(matter.pk, matter.number, matter.title, matter.summary, matter.place_text, place, *more)
