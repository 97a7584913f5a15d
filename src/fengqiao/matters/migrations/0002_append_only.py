"""What happened to a matter is appended: the database itself refuses changes."""

from __future__ import annotations

from django.db import migrations

from fengqiao.audit.triggers import installer, remover


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_matters"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(installer("matters_event"), remover("matters_event"))]
