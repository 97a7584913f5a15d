"""Words of intake."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """By which way a report came."""

    PORTAL = "portal", _("微警务")
    PHONE = "phone", _("电话")
    WALK_IN = "walk_in", _("来访")
    ROUND = "round", _("走访巡查")
    CHAT = "chat", _("微信群转入")
    FIELD = "field", _("随手记")
    FILE = "file", _("文件导入")
    API = "api", _("接口")
    CALL_110 = "call_110", _("110 推送")
    HOTLINE = "hotline", _("12345 转办")
    BUNDLE = "bundle", _("内外网交换")


class ReportState(models.TextChoices):
    """Where a report stands; the first two are unfinished: owner, next step, due time are never missing."""

    NEW = "new", _("待看")
    ASKING = "asking", _("等补充")
    ACCEPTED = "accepted", _("已受理")
    MERGED = "merged", _("已并入在办的事")
    REFUSED = "refused", _("不受理")
    HISTORIC = "historic", _("历史资料")


UNFINISHED = (ReportState.NEW, ReportState.ASKING)


class SuggestionField(models.TextChoices):
    """What a proposal is about."""

    CATEGORY = "category", _("类别")
    SEVERITY = "severity", _("轻重")
    PLACE = "place", _("地点")
    DUPLICATE = "duplicate", _("可能是同一件事")


class ReportEventKind(models.TextChoices):
    """What can happen to a report before it is a matter. Each has its heading in docs/reference/events.md."""

    RECEIVED = "received", _("收到")
    PROPOSED = "proposed", _("系统建议")
    ACCEPTED = "accepted", _("受理")
    MERGED = "merged", _("并入")
    REFUSED = "refused", _("不受理")
    ASKED = "asked", _("请补充")
    ANSWERED = "answered", _("补充")
    UNDONE = "undone", _("撤销")
    CLIMBED = "climbed", _("超时上交")
    REPLIED = "replied", _("答复")
    EDITED = "edited", _("更正")
    RATED = "rated", _("评价")
    REOPENED = "reopened", _("要求再办")
