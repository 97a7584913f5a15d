"""Every verb of the ground says which right it needs; nothing else is said."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from fengqiao.accounts.policy import INSIDE, OWN
from fengqiao.lib.place_config import RIGHTS

APPS = ("accounts", "territory", "teams", "notices")


def modules(app: str) -> list[ModuleType]:
    top = importlib.import_module(f"fengqiao.{app}.actions")
    names = [f"{top.__name__}.{m.name}" for m in pkgutil.iter_modules(getattr(top, "__path__", []))]
    return [top, *map(importlib.import_module, names)]


def verbs(app: str) -> dict[str, object]:
    """Public functions of the actions modules that take an actor, and those the package exports."""
    found: dict[str, object] = {}
    for module in modules(app):
        exported = set(getattr(module, "__all__", ()))
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", "").startswith(f"fengqiao.{app}.actions")
            if name.startswith("_") or not inspect.isfunction(thing) or not own:
                continue
            if name in exported or "by" in inspect.signature(thing).parameters:
                found[name] = thing
    return found


@pytest.mark.parametrize("app", APPS)
def test_every_verb_is_in_the_policy_of_its_app_and_no_other(app: str) -> None:
    policy = importlib.import_module(f"fengqiao.{app}.policy").ACTIONS
    told = set(verbs(app)) - {"demand_root"}
    if app == "notices":
        told |= {"notify", "deliver_due"}
    assert told == set(policy)


@pytest.mark.parametrize("app", APPS)
def test_every_right_named_is_a_right(app: str) -> None:
    policy = importlib.import_module(f"fengqiao.{app}.policy").ACTIONS
    assert set(policy.values()) <= RIGHTS | {OWN, INSIDE}


@pytest.mark.parametrize("app", APPS)
def test_verbs_are_keyword_only_after_their_subject_and_say_what_they_do(app: str) -> None:
    for name, verb in verbs(app).items():
        assert inspect.getdoc(verb), name
        by = inspect.signature(verb).parameters.get("by")  # type: ignore[arg-type]
        if by is not None and name != "demand_root":
            assert by.kind is inspect.Parameter.KEYWORD_ONLY, name
            assert by.default is inspect.Parameter.empty, name
