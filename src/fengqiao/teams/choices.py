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

    NOTE = "note", _("文字记录")
    PHOTO = "photo", _("照片")
    RECORD = "record", _("系统记录")
    FILE = "file", _("材料")
