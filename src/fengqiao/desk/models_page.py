"""The model behind the proposals as plain values: what is in use, how good it was, the new beside the old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.algorithms.intervals import share_interval
from fengqiao.intake import model_training as training
from fengqiao.intake.model_reads import Lately, Share
from fengqiao.intake.models import ModelFile, TrainingRun
from fengqiao.lib import clock

ORIGINS = {
    "desk": gettext_lazy("在这里训练的"),
    "file": gettext_lazy("上传的"),
    "found": gettext_lazy("用命令放上的"),
}
STATES = {
    training.READY: gettext_lazy("马上开始"),
    training.RUNNING: gettext_lazy("正在训练"),
    training.DONE: gettext_lazy("训练好了"),
    training.FAILED: gettext_lazy("没有做成"),
    training.CANCELLED: gettext_lazy("停下了"),
}
STEPS = {
    "读确认过的反映": gettext_lazy("读确认过的反映"),
    "切分词语": gettext_lazy("切分词语"),
    "测量准确率": gettext_lazy("测量准确率"),
    "训练全部数据": gettext_lazy("训练全部数据"),
    "完成": gettext_lazy("训练完了"),
    "和现在用的比": gettext_lazy("和现在用的比"),
}
FEW = 20
"""Decisions below which a share says next to nothing."""


@dataclass(frozen=True)
class Row:
    """A share in words: of how many, and between which bounds."""

    name: object
    share: Share

    @property
    def words(self) -> str:
        """The count, the share and its interval; too few are said to be few."""
        found = self.share
        if not found.n:
            return _("还没有")
        low, high = found.interval
        values = {
            "k": found.right,
            "n": found.n,
            "p": f"{found.percent:.0f}",
            "low": f"{low:.0f}",
            "high": f"{high:.0f}",
        }
        if found.n < FEW:
            return _("%(n)d 份里对 %(k)d 份，太少，说不准（%(low)s %% 到 %(high)s %%）") % values
        return _("%(n)d 份里对 %(k)d 份，%(p)s %%（%(low)s %% 到 %(high)s %%）") % values


def rows(found: Lately) -> list[Row]:
    """By field."""
    return [Row(_("种类"), found.kind), Row(_("类别"), found.code), Row(_("轻重"), found.severity)]


def by_model(found: Lately) -> list[Row]:
    """By what proposed."""
    return [Row(name, share) for name, share in found.by_model]


def figures(model: ModelFile) -> str:
    """What the file says of itself, measured on lines it had not seen."""
    said = model.metrics or {}
    tested, accuracy = said.get("tested"), said.get("accuracy")
    if (
        not isinstance(tested, int)
        or not isinstance(accuracy, (int, float))
        or tested <= 0
        or not 0 <= accuracy <= 1
    ):
        return _("没有量过")
    low, high = share_interval(round(accuracy * tested), tested)
    return _("留出 %(n)d 份来量：单用它，第一个就对 %(p)d %%（%(low)d %% 到 %(high)d %%）") % {
        "n": tested, "p": round(100 * accuracy), "low": round(100 * low), "high": round(100 * high),
    }  # fmt: skip


@dataclass(frozen=True)
class RunShown:
    """A training as the page shows it."""

    run: TrainingRun
    state: object
    step: object
    percent: int
    running: bool
    silent: bool
    compared: tuple[Row, ...]
    verdict: str


def run_shown(run: TrainingRun) -> RunShown:
    """How far a training is, and the new model beside the one in use."""
    running = run.state in (training.READY, training.RUNNING)
    silent = running and run.seen_at < clock.now() - training.SILENT
    found: dict[str, Any] = run.compared or {}
    compared: tuple[Row, ...] = ()
    if found:
        old = Share(int(found["old_right"]), int(found["tested"]))
        compared = (
            Row(_("现在用的"), old),
            Row(_("新训练的"), Share(int(found["new_right"]), int(found["tested"]))),
        )
    step = STEPS.get(run.step, run.step)
    return RunShown(
        run,
        STATES.get(run.state, run.state),
        step,
        round(100 * run.share),
        running,
        silent,
        compared,
        verdict(found),
    )


def verdict(found: dict[str, Any]) -> str:
    """Which of two is better, as far as the reports on which they part can say (a sign test by its interval)."""
    if not found:
        return ""
    only_new, only_old = int(found["only_new"]), int(found["only_old"])
    apart = only_new + only_old
    values = {"new": only_new, "old": only_old}
    said = _("只有新的对 %(new)d 份，只有现在用的对 %(old)d 份") % values
    if not apart:
        return _("两个说的一样，换不换没有差别")
    low, high = share_interval(only_new, apart)
    if low > 0.5:
        return said + _("：新的确实好一些")
    if high < 0.5:
        return said + _("：新的差一些，不要换")
    return said + _("：差别可能只是偶然")
