"""What happened to a report is appended: the database itself refuses changes."""

from __future__ import annotations

from django.db import migrations

from fengqiao.audit.triggers import installer, remover


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_intake"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(installer("intake_reportevent"), remover("intake_reportevent"))]
