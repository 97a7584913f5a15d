"""The topics page over all the real messages: worked out while somebody waits, read at once afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.scope import SYSTEM
from fengqiao.intake import imports
from fengqiao.intake.actions import gather_topic, refresh_topics
from fengqiao.intake.models import Report
from tests.cast import NOW, Cast
from tests.desk.conftest import As
from tests.intake.test_real_file import FILE, MAPPING, needs_data

pytestmark = [pytest.mark.django_db, pytest.mark.full]


@needs_data
def test_the_page_at_3304_reports(cast: Cast, as_: As) -> None:
    """Their last one was said an hour ago."""
    assert FILE is not None
    imports.run(imports.start_job(FILE, by=SYSTEM, mapping=imports.parse_mapping(MAPPING)))
    last = Report.objects.order_by("-said_at")[0].said_at
    Report.objects.update(said_at=F("said_at") + (NOW - timedelta(hours=1) - last))
    head = as_("head")
    sheet = refresh_topics(by=cast.actor("head"))
    head.get("/desk/topics/?span=all")
    with CaptureQueriesContext(connection) as asked:
        text = head.get("/desk/topics/?span=all").content.decode()
    largest = max(sheet.topics.all(), key=lambda one: one.count)
    matter = gather_topic(largest, by=cast.actor("head"), category="NB2")
    assert len(asked) <= 25
    assert text.count('class="tp"') >= 20
    assert Report.objects.filter(matter=matter).count() == largest.count
