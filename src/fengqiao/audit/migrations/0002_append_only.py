"""The log refuses changes in the database itself."""

from __future__ import annotations

from django.db import migrations

from fengqiao.audit.triggers import installer, remover


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit")]

    operations = [migrations.RunPython(installer("audit_entry"), remover("audit_entry"))]
