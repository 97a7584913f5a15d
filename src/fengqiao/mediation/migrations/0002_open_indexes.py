from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0003_open_indexes"),
        ("mediation", "0001_mediation"),
        ("teams", "0001_teams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="mediationcase",
            name="mediation_due",
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["confirm_by"], name="agreement_confirm_by"),
        ),
        migrations.AddIndex(
            model_name="mediationcase",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["due_at"], name="mediation_running"
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["planned_at"], name="session_time"),
        ),
    ]
