"""Every verb of every app, as a visitor, as somebody without work here, as somebody with every right elsewhere.

A new verb without a row turns this red. A verb either refuses as if nothing were there, or says whose it is; those
that are open to one of the three are listed by name with the reason.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from fengqiao.accounts import scope
from fengqiao.accounts.scope import Actor
from fengqiao.audit.models import Entry
from fengqiao.intake import actions as intake
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from tests.access.deeds import BY_CODE as RESIDENTS
from tests.access.deeds import DEEDS, EMPTY, INSIDE, NOBODY, ON_RECORD, OPEN, OUTSIDER, RESIDENT, verbs, whose
from tests.access.ground import Ground, undone

WRONG_CODE = "7K3M-9QPA-X2WD"


def test_every_verb_has_its_row_and_every_row_its_verb() -> None:
    found = set(verbs())
    assert sorted(found - {*DEEDS, *INSIDE}) == [], "say who may do this"
    assert sorted({*DEEDS, *INSIDE} - found) == []
    assert {name for named in OPEN.values() for name in named} | set(EMPTY) <= set(DEEDS)


def actor_of(ground: Ground, who: str) -> Actor:
    return scope.RESIDENT if who == RESIDENT else ground.cast.actor(who)


def tried(ground: Ground, name: str, by: Actor) -> tuple[Any, Refusal | None]:
    """What came of a verb, and the refusal where it refused. What it wrote stays until the caller undoes it."""
    try:
        with transaction.atomic():
            return DEEDS[name](ground, by), None
    except Refusal as refusal:
        return None, refusal


def shut(refusal: Refusal | None) -> bool:
    """Refused for who asks, and not for another reason."""
    return isinstance(refusal, (NotAllowed, OutOfReach))


@pytest.mark.parametrize("who", [RESIDENT, NOBODY, OUTSIDER])
@pytest.mark.parametrize("name", DEEDS)
def test_strangers_do_nothing(ground: Ground, name: str, who: str) -> None:
    before = Entry.objects.count()
    with undone():
        done, refusal = tried(ground, name, actor_of(ground, who))
        changed = Entry.objects.count() != before
    if name in OPEN[who]:
        assert not shut(refusal), "it is listed as open, and is not"
        return
    if refusal is None:
        assert name in EMPTY, f"{who} may {name}: mend it, or say why"
        assert not done
        assert not changed or name in ON_RECORD
        return
    assert shut(refusal), f"{who} is told more than that it is not theirs: {refusal.message}"
    assert not changed


@pytest.mark.parametrize("name", sorted(set(DEEDS) - RESIDENTS))
def test_whose_it_is_gets_through(ground: Ground, name: str) -> None:
    """The control: with the same arguments nobody above was refused for another reason than who they are."""
    with undone():
        _done, refusal = tried(ground, name, ground.cast.actor(whose(name)))
    assert not shut(refusal), refusal
    assert refusal is None or name in STILL, refusal


STILL = {
    "accounts.change_password": "the old password given is a wrong one",
    "accounts.activate": "nobody is switched off",
    "intake.import_bundle": "the bundle is one's own",
    "intake.start_training": "one is being done",
    "intake.undo_decision": "the reports are of another hour",
    "mediation.start_mediation": "the parties were not asked yet",
    "mediation.drop_template": "there is none of one's own",
    "teams.appoint": "held already",
    "matters.correct_promise": "only what the clock settled is put right",
}
"""Verbs that the ground does not let anybody finish; who may try got as far as that."""

BY_CODE = {
    "answer": lambda code: intake.answer(code, text="是二单元"),
    "rate_report": lambda code: intake.rate_report(code, score=3),
    "ask_again": lambda code: intake.ask_again(code, text="又漏了"),
    "add_photo_by_code": lambda code: intake.add_photo_by_code(code, photos=[]),
    "reads_for_resident": intake.reads_for_resident,
}
"""What the holder of a receipt code does without signing in; the code is the right."""


@pytest.mark.parametrize("code", [WRONG_CODE, "", "\x00", "' OR 1=1 --", "%", "🀄" * 14])
def test_without_the_code_there_is_nothing(ground: Ground, code: str) -> None:
    for verb in BY_CODE.values():
        with pytest.raises(OutOfReach):
            verb(code)


def test_after_the_walk_nothing_has_changed(ground: Ground) -> None:
    """Every row of every table is as it was."""
    assert ground.snapshot() == ground.unspoilt
