from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0003_open_indexes"),
        ("mediation", "0001_mediation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="mediationcase",
            name="mediation_due",
        ),
        migrations.AddIndex(
            model_name="mediationcase",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["due_at"], name="mediation_running"
            ),
        ),
    ]
