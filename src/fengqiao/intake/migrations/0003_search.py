"""The full-text index over reports, filled by the application."""

from __future__ import annotations

from django.db import migrations

from fengqiao.intake.search import INDEX
from fengqiao.lib.search import drop_index, make_index


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_append_only")]

    operations = [migrations.RunPython(make_index(INDEX), drop_index(INDEX))]
