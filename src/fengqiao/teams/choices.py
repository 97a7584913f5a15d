"""Words of teams, duty and partners. Roles and kinds of teams are data of the place, not listed here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyKind(models.TextChoices):
    """What somebody on duty is there for."""

    LEAD = "lead", _("带班领导")
    DESK = "desk", _("值班")
    BEAT = "beat", _("下片")
    PATROL = "patrol", _("巡防")
    STANDBY = "standby", _("备勤")


class EvidenceKind(models.TextChoices):
    """What shows that an item of a duty list was done; the keys are those of a place's configuration."""

    NOTE = "note", _("记录")
    PHOTO = "photo", _("照片")
    VISIT = "visit", _("走访记录")
    MINUTES = "minutes", _("会议纪要")
    DOCUMENT = "document", _("文书")
    ATTENDANCE = "attendance", _("签到")
    MATTER = "matter", _("事项")
    LIST = "list", _("清单")
