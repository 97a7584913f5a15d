import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_open_indexes"),
        ("matters", "0003_open_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TopicSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ground", models.CharField(max_length=64, unique=True)),
                ("paths", models.JSONField()),
                ("computed_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("messages", models.PositiveIntegerField(default=0)),
                ("beyond", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Governance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("people", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="governance",
                        to="matters.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ModelFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("version", models.CharField(max_length=40)),
                ("data_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("labels", models.PositiveIntegerField(default=0)),
                ("metrics", models.JSONField(null=True)),
                ("bytes", models.PositiveIntegerField()),
                ("origin", models.CharField(max_length=10)),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                ("trained_at", models.DateTimeField(null=True)),
                ("kept_at", models.DateTimeField()),
                (
                    "kept_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ModelUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="intake.modelfile",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("place", models.CharField(blank=True, default="", max_length=80)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("people", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("recent_people", models.PositiveIntegerField()),
                ("most_by_one", models.PositiveIntegerField(default=1)),
                ("growth", models.JSONField()),
                ("hottest", models.DateField()),
                ("shown_on", models.DateField(null=True)),
                ("weeks", models.JSONField(default=list)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="intake.report"
                    ),
                ),
            ],
            options={
                "ordering": ["rank"],
            },
        ),
        migrations.CreateModel(
            name="TopicReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="in_topics",
                        to="intake.report",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="intake.topic"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="topic",
            name="reports",
            field=models.ManyToManyField(
                related_name="topics", through="intake.TopicReport", to="intake.report"
            ),
        ),
        migrations.AddField(
            model_name="topic",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="topics", to="intake.topicsheet"
            ),
        ),
        migrations.CreateModel(
            name="TrainingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("state", models.CharField(default="ready", max_length=10)),
                ("open", models.BooleanField(default=True, null=True, unique=True)),
                ("step", models.CharField(blank=True, default="", max_length=60)),
                ("share", models.FloatField(default=0.0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("held_back", models.PositiveIntegerField(default=0)),
                ("compared", models.JSONField(null=True)),
                ("trouble", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.modelfile",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="GovernanceReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "governance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="intake.governance",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_governance",
                        to="intake.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("governance", "report"), name="governance_report_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="topicreport",
            constraint=models.UniqueConstraint(fields=("topic", "report"), name="topic_report_once"),
        ),
        migrations.AddConstraint(
            model_name="topic",
            constraint=models.UniqueConstraint(fields=("sheet", "first"), name="topic_once_a_sheet"),
        ),
    ]
