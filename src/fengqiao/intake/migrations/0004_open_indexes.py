from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_search"),
        ("matters", "0003_open_indexes"),
        ("territory", "0001_territory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="report",
            name="report_inbox",
        ),
        migrations.RemoveIndex(
            model_name="report",
            name="report_due",
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["severity", "received_at"],
                name="report_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="report_waiting_due"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["external_id"], name="report_outside_number"),
        ),
    ]
