from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0002_append_only"),
        ("territory", "0001_territory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="matter",
            name="matter_due",
        ),
        migrations.RemoveIndex(
            model_name="matter",
            name="matter_mine",
        ),
        migrations.RemoveIndex(
            model_name="matter",
            name="matter_area",
        ),
        migrations.AlterField(
            model_name="followup",
            name="due_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name="promise",
            name="due_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("state", "planned")), fields=["due_at"], name="follow_up_planned_due"
            ),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("state", "planned")),
                fields=["owner", "due_at"],
                name="follow_up_planned_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="matter_open_due"
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["owner", "due_at"],
                name="matter_open_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["area", "due_at"],
                name="matter_open_area",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["state", "opened_at"], name="matter_state_time"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["due_at"], name="promise_open_due"
            ),
        ),
    ]
