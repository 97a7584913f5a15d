"""Words of people's mediation (人民调解法) as the field uses them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a mediation stands."""

    CHECKING = "checking", _("待核对、征求同意")
    OPEN = "open", _("调解中")
    AGREED = "agreed", _("已达成协议")
    ENDED = "ended", _("已结束")


RUNNING = (CaseState.CHECKING, CaseState.OPEN)
"""States in which the time limit runs; a matter has one running mediation at most."""


class Start(models.TextChoices):
    """Who started it."""

    PARTY = "party", _("当事人申请")
    OWN = "own", _("主动调解")
    POLICE = "police", _("公安移送")
    COURT = "court", _("法院移送")
    GOVERNMENT = "government", _("政府移送")


class Verdict(models.TextChoices):
    """Whether a dispute may be mediated at all."""

    YES = "yes", _("可以调解")
    CIVIL = "civil", _("只调民事部分")
    NO = "no", _("不能调解")


class Side(models.TextChoices):
    """On which side a party stands."""

    APPLICANT = "applicant", _("申请人")
    RESPONDENT = "respondent", _("被申请人")
    OTHER = "other", _("其他当事人")


class Consent(models.TextChoices):
    """What a party said to being mediated."""

    ASKED = "asked", _("已征求，未答")
    GIVEN = "given", _("愿意调解")
    REFUSED = "refused", _("不愿调解")


class CaseOutcome(models.TextChoices):
    """How a mediation ended."""

    WRITTEN = "written", _("达成书面协议")
    ORAL = "oral", _("达成口头协议")
    AT_ONCE = "at_once", _("即时履行")
    WITHDRAWN = "withdrawn", _("撤回申请")
    FAILED = "failed", _("调解不成，终止")
    PARTY_REFUSED = "party_refused", _("一方拒绝")
    TO_OTHER_ROUTE = "to_other_route", _("转治安、仲裁、诉讼或行政")
    NOT_TAKEN = "not_taken", _("不受理")


AGREED_OUTCOMES = (CaseOutcome.WRITTEN, CaseOutcome.ORAL, CaseOutcome.AT_ONCE)
TELL_ROUTES = (
    CaseOutcome.FAILED,
    CaseOutcome.PARTY_REFUSED,
    CaseOutcome.TO_OTHER_ROUTE,
    CaseOutcome.NOT_TAKEN,
)
"""Outcomes after which the parties must have been told which other ways are open to them."""


class Performance(models.TextChoices):
    """How an agreement is being kept."""

    DUE = "due", _("履行中")
    DONE = "done", _("已履行")
    PART = "part", _("部分履行")
    BROKEN = "broken", _("未履行")


class Confirmation(models.TextChoices):
    """司法确认: where it stands."""

    NONE = "none", _("未申请")
    APPLIED = "applied", _("已申请确认")
    CONFIRMED = "confirmed", _("已确认")
    REFUSED = "refused", _("法院不予确认")
    ENFORCED = "enforced", _("已执行")


class Form(models.TextChoices):
    """Form of an agreement."""

    WRITTEN = "written", _("书面协议")
    ORAL = "oral", _("口头协议")


class VisitHow(models.TextChoices):
    """How somebody went back to look."""

    VISIT = "visit", _("上门")
    CALL = "call", _("电话")
    OFFICE = "office", _("来所")


class DangerKind(models.TextChoices):
    """What makes a dispute one that may boil over."""

    WEAPON = "weapon", _("凶器、易燃物")
    THREAT = "threat", _("扬言伤害")
    CROWD = "crowd", _("五人以上聚集")
    SELF_HARM = "self_harm", _("轻生的话")


class PaperState(models.TextChoices):
    """Where a paper of the file stands."""

    HAVE = "have", _("已有")
    MISSING = "missing", _("缺")
    WAITING = "waiting", _("还没到这一步")
    ON_NEED = "on_need", _("按需")
