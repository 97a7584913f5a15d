"""Words of matters."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a matter is about."""

    DISPUTE = "dispute", _("纠纷")
    HAZARD = "hazard", _("隐患")
    ORDER = "order", _("秩序")
    PETTY_CASE = "petty_case", _("小案")
    FRAUD_ATTEMPT = "fraud_attempt", _("涉诈")
    LOST = "lost", _("走失失物")
    HELP = "help", _("求助")
    OTHER = "other", _("其他")


class State(models.TextChoices):
    """Where a matter stands; the first four are open: owner, next step and due time are never missing."""

    ASSIGNED = "assigned", _("待接手")
    ACTIVE = "active", _("在办")
    PAUSED = "paused", _("暂停")
    RESOLVED = "resolved", _("已办结，待回访")
    CLOSED = "closed", _("已归档")
    REFERRED = "referred", _("已转有关单位")
    MERGED = "merged", _("已并入另一件")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (State.ASSIGNED, State.ACTIVE, State.PAUSED, State.RESOLVED)
WORKING_STATES = (State.ASSIGNED, State.ACTIVE, State.PAUSED)


class Severity(models.IntegerChoices):
    """1 danger now, 2 may worsen within hours, 3 ordinary, 4 small."""

    DANGER = 1, _("紧急")
    PRESSING = 2, _("较急")
    ORDINARY = 3, _("一般")
    SMALL = 4, _("轻微")


class Level(models.TextChoices):
    """Where handling happens; the place's ladder says in which order it climbs."""

    GRID = "grid", _("网格")
    VILLAGE = "village", _("村、社区")
    COMMUNITY = "community", _("社区")
    STREET = "street", _("街道、乡镇")
    COUNTY = "county", _("区县")
    STATION = "station", _("派出所")


class Origin(models.TextChoices):
    """Who noticed it; figures about places rest on what residents brought."""

    RESIDENT = "resident", _("居民")
    STAFF = "staff", _("工作人员")
    PATROL = "patrol", _("巡查")
    PARTNER = "partner", _("外单位")
    IMPORT = "import", _("导入")


class EventKind(models.TextChoices):
    """What can happen to a matter. Each has its heading in docs/reference/events.md."""

    OPENED = "opened", _("立事项")
    REPORT_LINKED = "report_linked", _("并入一份反映")
    REPORT_UNLINKED = "report_unlinked", _("拆出一份反映")
    ASSIGNED = "assigned", _("交办")
    ACCEPTED = "accepted", _("接手")
    DECLINED = "declined", _("退回")
    TRANSFERRED = "transferred", _("转交")
    URGED = "urged", _("催办")
    PROGRESS = "progress", _("进展")
    NEXT_STEP = "next_step", _("改下一步")
    PROMISED = "promised", _("答应")
    PROMISE_KEPT = "promise_kept", _("守住")
    PROMISE_BROKEN = "promise_broken", _("没守住")
    PROMISE_WITHDRAWN = "promise_withdrawn", _("承诺撤销")
    JOINED = "joined", _("请人一起办")
    LEFT = "left", _("退出一起办")
    CONSULTED = "consulted", _("发起会商")
    DECIDED = "decided", _("会商决定")
    TASK_DONE = "task_done", _("任务完成")
    ESCALATED = "escalated", _("上报")
    PAUSED = "paused", _("暂停")
    RESUMED = "resumed", _("恢复")
    RECLASSIFIED = "reclassified", _("改类别")
    PLACED = "placed", _("改地点")
    RAISED = "raised", _("提级")
    MEDIATION = "mediation", _("调解")
    RESOLVED = "resolved", _("办结")
    FOLLOW_UP_PLANNED = "follow_up_planned", _("排回访")
    FOLLOWED_UP = "followed_up", _("回访")
    REOPENED = "reopened", _("重新办理")
    RATED = "rated", _("居民评价")
    CLOSED = "closed", _("归档")
    REFERRED = "referred", _("转有关单位")
    MERGED = "merged", _("并入")
    UNMERGED = "unmerged", _("拆回")
    LINKED = "linked", _("关联")
    UNLINKED = "unlinked", _("取消关联")
    WITHDRAWN = "withdrawn", _("撤回")
    OVERDUE = "overdue", _("超期")
    REPLIED = "replied", _("答复居民")


class PromiseState(models.TextChoices):
    """What became of a promise."""

    OPEN = "open", _("未到期")
    KEPT = "kept", _("守住")
    BROKEN = "broken", _("没守住")
    WITHDRAWN = "withdrawn", _("撤销")


class PromiseKind(models.TextChoices):
    """What was promised."""

    RESULT = "result", _("给结果")
    STEP = "step", _("做一件事")
    TERM = "term", _("协议条款")
    REPLY = "reply", _("答复")
    OUTSIDE = "outside", _("外单位时限")


class Outcome(models.TextChoices):
    """How a matter ended."""

    SETTLED = "settled", _("化解、和好")
    AGREEMENT = "agreement", _("达成协议")
    FIXED = "fixed", _("已消除、已修好")
    HELPED = "helped", _("已办好")
    STOPPED = "stopped", _("已劝阻、已制止")
    FOUND = "found", _("已找到")
    NOT_FOUND = "not_found", _("查无此事")
    TO_CASE = "to_case", _("转案件办理")
    NOT_SETTLED = "not_settled", _("未能化解，已告知其他途径")


class FollowUpState(models.TextChoices):
    """Where a follow-up stands."""

    PLANNED = "planned", _("待回访")
    DONE = "done", _("已回访")
    CANCELLED = "cancelled", _("取消")


class FollowUpResult(models.TextChoices):
    """What was found when somebody went back."""

    HELD = "held", _("稳住了")
    NOT_HELD = "not_held", _("又出现了")
    UNREACHED = "unreached", _("没联系上")


class LinkKind(models.TextChoices):
    """How two matters hang together."""

    DUPLICATE = "duplicate", _("同一件")
    RECURRENCE = "recurrence", _("又发生")
    CAUSE = "cause", _("起因")
    SIMILAR = "similar", _("同类")
