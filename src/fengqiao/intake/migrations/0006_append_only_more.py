"""What was taken in hand and which model proposed when is appended: the database itself refuses changes."""

from __future__ import annotations

from django.db import migrations

from fengqiao.audit.triggers import installer, remover

TABLES = ("intake_governance", "intake_governancereport", "intake_modeluse")


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_topics_and_models"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(installer(table), remover(table)) for table in TABLES]
