"""The model behind the proposals: kept, put to use, put back, trained anew. A keeper of the whole station does it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import model_store as store
from fengqiao.intake import model_training as training
from fengqiao.intake.models import ModelFile, ModelUse, TrainingRun
from fengqiao.intake.policy import ACTIONS
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.teams.queries import station


def keeps_models(by: Actor) -> bool:
    """Whether the actor keeps the whole station's configuration; who keeps a part of its ground does not."""
    return by.kind == "person" and by.scope.can(ACTIONS["use_model"], station().area.path)


def _keeper(by: Actor) -> None:
    if not (by.is_system or keeps_models(by)):
        raise NotAllowed(_("换模型是系统管理员的职责"))


def _record(verb: str, model: ModelFile | None, by: Actor, **data: Any) -> None:
    told = {"sha256": model.sha256, "version": model.version} if model is not None else {}
    append(Fact(verb, "model", model.version if model else "", by.person_id, by.kind, {**told, **data}))


@transaction.atomic
def keep_model(*, by: Actor, name: str, content: bytes) -> ModelFile:
    """Keep a model file somebody brought; it is not in use yet. Raises Refusal for a bad, foreign or too large one."""
    _keeper(by)
    with tempfile.TemporaryDirectory(dir=store.folder()) as scratch:
        path = Path(scratch) / "brought.model"
        path.write_bytes(content)
        shown = one_line(name, limit=120) or _("文件")
        found = store.check(path, shown)
        known = ModelFile.objects.filter(sha256=found.sha256).exists()
        row = store.keep(path, found, origin=store.BROUGHT, name=shown, person=by.person_id)
    if not known:
        _record("model.kept", row, by)
    return row


@transaction.atomic
def use_model(model: ModelFile, *, by: Actor, why: str = "") -> ModelUse:
    """Let this model propose from now on; what was in use before is kept. Raises Refusal when its file is gone or bad."""
    _keeper(by)
    path = store.path_of(model.sha256)
    if store.digest(path) != model.sha256:
        raise Refusal(_("这个模型的文件不在了或被改动过，不能换上。请重新训练或上传"), code="gone")
    store.check(path, model.name or model.version)
    if store.digest(store.live()) == model.sha256:
        raise Refusal(_("现在用的就是它"), code="already")
    return _use(model, by, why)


@transaction.atomic
def use_starter(*, by: Actor, why: str = "") -> ModelUse:
    """Let only what comes with the program propose; the model in use is kept."""
    _keeper(by)
    if not store.digest(store.live()):
        raise Refusal(_("现在用的就是自带的"), code="already")
    return _use(None, by, why)


@transaction.atomic
def roll_back(*, by: Actor, why: str = "") -> ModelUse:
    """Back to what proposed before the present one. Raises Refusal when nothing did."""
    _keeper(by)
    there, model = before_this()
    if not there:
        raise Refusal(_("之前没有换过，没有可以换回的"), code="nothing")
    return use_model(model, by=by, why=why) if model is not None else use_starter(by=by, why=why)


def before_this() -> tuple[bool, ModelFile | None]:
    """Whether something else proposed before, and which model it was; None for what comes with the program."""
    now = store.digest(store.live())
    for use in ModelUse.objects.select_related("model"):
        if (use.model.sha256 if use.model is not None else "") != now:
            return True, use.model
    return False, None


def _use(model: ModelFile | None, by: Actor, why: str) -> ModelUse:
    now = clock.now()
    before = store.keep_live(by.person_id)
    last = ModelUse.objects.first()
    if last is None or last.model_id != (before.pk if before is not None else None):
        # What was there was put there by hand: from now on it can be gone back to.
        ModelUse.objects.create(model=before, at=now, why=_("换之前就在用的"))
    use = ModelUse.objects.create(model=model, at=now, by_id=by.person_id, why=one_line(why, limit=200))
    _record("model.used", model, by, before=before.sha256 if before is not None else "")
    transaction.on_commit(lambda: store.put(model))
    return use


@transaction.atomic
def start_training(*, by: Actor, here: bool = False) -> TrainingRun:
    """Train a model on what was decided at the desk, in a process of its own (``here``: the caller does it). Raises
    Refusal while one is running."""
    _keeper(by)
    now = clock.now()
    for dead in TrainingRun.objects.filter(open=True, seen_at__lt=now - training.SILENT):
        training.finish(dead.pk, training.FAILED, trouble="训练的程序断了，现在用的没有变")
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(by_id=by.person_id, created_at=now, seen_at=now)
    except IntegrityError as error:
        raise Refusal(_("已经有一次训练在做，请等它做完或先停下"), code="busy") from error
    append(Fact("model.training_started", "training", str(run.uid), by.person_id, by.kind))
    if not here:
        transaction.on_commit(lambda: training.launch(run))
    return run


@transaction.atomic
def cancel_training(run: TrainingRun, *, by: Actor) -> TrainingRun:
    """Stop a training; nothing has changed by it."""
    _keeper(by)
    found = TrainingRun.objects.filter(pk=run.pk).first()
    if found is None:
        raise OutOfReach
    if not training.finish(found.pk, training.CANCELLED):
        raise Refusal(_("这次训练已经结束了"), code="already")
    append(Fact("model.training_cancelled", "training", str(found.uid), by.person_id, by.kind))
    return TrainingRun.objects.get(pk=found.pk)
