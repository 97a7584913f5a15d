"""What of a report can be searched: its code, title, words, place and outside number."""

from __future__ import annotations

from collections.abc import Iterable

from fengqiao.intake.models import Report
from fengqiao.lib.search import TextIndex

INDEX = TextIndex("reports_search")


def index_reports(reports: Iterable[Report]) -> None:
    """Put the words of these reports into the index."""
    INDEX.put_many((r.pk, (r.code, r.title, r.text, r.place_text, r.external_id)) for r in reports)
