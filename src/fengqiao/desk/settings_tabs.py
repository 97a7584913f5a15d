"""Tabs of the settings, those that are the actor's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.settings import API, APPOINT, CONFIGURE
from fengqiao.desk.room import tabs
from fengqiao.intake.actions.models import keeps_models

MODELS = "models"
_TABS: list[tuple[str, Any, str, tuple[str, ...]]] = [
    ("mine", gettext_lazy("我的"), "desk:settings", ()),
    ("notices", gettext_lazy("通知"), "desk:notices", ()),
    ("tokens", gettext_lazy("接口令牌"), "desk:tokens", (API,)),
    ("station", gettext_lazy("本所"), "desk:station", (APPOINT, CONFIGURE)),
    ("categories", gettext_lazy("类别"), "desk:categories", (CONFIGURE,)),
    (MODELS, gettext_lazy("建议模型"), "desk:models", (CONFIGURE,)),
    ("templates", gettext_lazy("文书模板"), "desk:templates", (CONFIGURE,)),
]


def settings_tabs(actor: Actor, on: str) -> list[Any]:
    """Tabs of the room; the model's only for who keeps the whole station."""
    own = [(k, w, r) for k, w, r, rights in _TABS if not rights or any(map(actor.scope.can, rights))]
    if any(key == MODELS for key, _w, _r in own) and not keeps_models(actor):
        own = [row for row in own if row[0] != MODELS]
    return tabs(own, on)
