"""The scripts find every word they say, and none is kept that nobody says."""

from __future__ import annotations

import re

from fengqiao.lib import jswords
from tests.paths import ROOT

SCRIPTS = sorted((ROOT / "src" / "fengqiao" / "static" / "fq").glob("*.js"))


def test_every_word_a_script_asks_for_is_there_and_used() -> None:
    asked = {w for path in SCRIPTS for w in re.findall(r"\bwords\.(\w+)", path.read_text(encoding="utf-8"))}
    assert asked == set(jswords.words())


def test_no_script_uses_what_the_content_policy_refuses() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", text), (
            path.name
        )
