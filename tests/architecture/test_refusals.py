"""Whoever is refused reads why in their own language: words of refusals go through the catalogue where they are raised.

Read from the sources, so that a new refusal in Chinese alone turns this red before anybody meets it on a page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fengqiao

HOUSE = Path(fengqiao.__file__).parent
HAN = re.compile(r"[㐀-鿿豈-﫿]")
GETTEXT = {"_", "_now", "gettext", "gettext_lazy", "ngettext", "sentence"}
"""What words go through; an algorithm knows no catalogue and makes a ``sentence`` that is looked up later."""
ROOT = "Refusal"
MADE_OF = {"IdentityError", "_OddError", "FileFault", "Unusable"}
"""Other exceptions whose words become those of a refusal."""
MAKERS = {"fail", "unknown", "broken", "_no"}
"""Functions that make or raise a refusal from words given to them."""
ASKERS = {"said", "line", "future", "past", "fits", "when"}
"""Checks that put what is missing or wrong (``what=``) into their refusal."""
CHINESE_ALONE = {
    "cli": "the command line speaks Chinese to whoever keeps the machine; nothing there is shown in a browser",
}
"""Folders whose refusals stay Chinese, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> dict[str, ast.Module]:
    """Every module by its path, without migrations and the folders that may speak Chinese alone."""
    return {
        str(path.relative_to(HOUSE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(HOUSE.rglob("*.py"))
        if "migrations" not in path.parts and path.relative_to(HOUSE).parts[0] not in CHINESE_ALONE
    }


def name_of(node: ast.expr) -> str:
    """The last name of what is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def family(modules: dict[str, ast.Module]) -> set[str]:
    """Refusal and every class that comes from it."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {ROOT}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def bare(node: ast.AST) -> Iterator[ast.AST]:
    """Chinese words in an expression that do not go through gettext."""
    if isinstance(node, ast.Call) and name_of(node.func) in GETTEXT:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and HAN.search(node.value):
            yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from bare(child)


def given(call: ast.Call) -> list[ast.expr]:
    """What a call is given, by place and by name."""
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def words(value: ast.expr, around: ast.AST, tree: ast.Module) -> Iterator[ast.expr]:
    """The expression itself, what the function around gives to the names in it, what functions it calls return."""
    yield value
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    for node in ast.walk(around):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(name_of(target) in names for target in targets):
                yield node.value
    for function in (node for node in tree.body if isinstance(node, Function) and node.name in names):
        yield from (n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None)


def in_chinese_alone(tree: ast.Module, refusals: set[str]) -> set[int]:
    """Lines of a module where a refusal is given Chinese words that nobody can put into another language."""
    found: set[int] = set()
    for around in (n for n in ast.walk(tree) if isinstance(n, Function)):
        for call in (n for n in ast.walk(around) if isinstance(n, ast.Call)):
            name = name_of(call.func)
            if name in refusals | MADE_OF | MAKERS:
                told = [w for value in given(call) for w in words(value, around, tree)]
            elif name in ASKERS:
                told = [keyword.value for keyword in call.keywords if keyword.arg == "what"]
            elif name == "__init__":  # the words a refusal has of its own
                told = given(call)
            else:
                continue
            found |= {node.lineno for value in told for node in bare(value)}  # type: ignore[attr-defined]
    return found


MODULES = sources()
REFUSALS = family(MODULES)


def test_the_family_is_found() -> None:
    assert {"Refusal", "NotAllowed", "OutOfReach", "TooMany", "ConfigError", "SignInNeeded"} <= REFUSALS


def test_refusals_are_looked_at_everywhere() -> None:
    """Hundreds of them, in every room of the house: a scan that finds nothing proves nothing."""
    raised = {
        (path.split("/")[0], node.lineno)
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node.func) in REFUSALS
    }
    assert len(raised) > 350
    rooms = {
        "accounts",
        "api",
        "audit",
        "desk",
        "intake",
        "lib",
        "matters",
        "mediation",
        "teams",
        "territory",
    }
    assert rooms <= {room for room, _line in raised}


def test_every_refusal_goes_through_the_catalogue() -> None:
    alone = [
        f"{path}:{line}"
        for path, tree in MODULES.items()
        for line in sorted(in_chinese_alone(tree, REFUSALS))
    ]
    assert alone == [], "wrap the whole sentence in gettext, with named places for what is put in"


def test_no_sentence_is_filled_before_it_is_translated() -> None:
    """``_(f"…{name}…")`` is never found in the catalogue: fill after the call."""
    filled = [
        f"{path}:{node.lineno}"
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and name_of(node.func) in GETTEXT
        and any(isinstance(value, (ast.JoinedStr, ast.BinOp)) for value in node.args)
    ]
    assert filled == []


@pytest.mark.parametrize(
    "line",
    [
        'raise Refusal("请写明原因", code="missing")',
        'raise Refusal(f"{name} 已停用", code="inactive")',
        'raise NotAllowed("请" + "找所长")',
        'raise lib.errors.OutOfReach("没有")',
        'words = "请写明"; raise Refusal(words, code="missing")',
        'words = f"{name} 已停用"; raise Refusal(words)',
        'raise Refusal(_("请找%(who)s") % {"who": "所长"})',
        'raise Refusal("、".join(["甲"]))',
        'raise TooMany(3, message="太多了")',
        'raise ConfigError(file, "", "读不到")',
        'raise find.unknown("area", "没有这个区域")',
        'node.fail("至少写一项")',
        'said(text, what="原因", field="reason")',
        'super().__init__("没有找到", code="not_found")',
        'raise IdentityError("校验位不对")',
        'raise FileFault(f"文件有 {n} 行", code="too_many")',
    ],
)
def test_chinese_alone_is_found(line: str) -> None:
    tree = ast.parse(f"def verb(name):\n    {line}\n")
    assert in_chinese_alone(tree, REFUSALS) == {2}


@pytest.mark.parametrize(
    "line",
    [
        'raise Refusal(_("请写明原因"), code="missing")',
        'raise Refusal(_now("%(name)s 已停用") % {"name": name})',
        'words = gettext("请写明"); raise Refusal(words, code="missing")',
        'said(text, what=_("原因"), field="reason")',
        "raise OutOfReach",
        'raise FileFault(sentence("文件有 %(n)s 行", n=n), code="too_many")',
        'event(text="已停用")',
        'said("放在记录里的话", what=_("原因"))',
    ],
)
def test_what_goes_through_the_catalogue_passes(line: str) -> None:
    tree = ast.parse(f"def verb(name):\n    {line}\n")
    assert in_chinese_alone(tree, REFUSALS) == set()


def test_words_made_by_another_function_are_found() -> None:
    tree = ast.parse('def why():\n    return "太长"\n\ndef verb():\n    raise Refusal(why())\n')
    assert in_chinese_alone(tree, REFUSALS) == {2}


@pytest.mark.parametrize("folder", CHINESE_ALONE)
def test_a_folder_that_stays_chinese_is_there_and_does_refuse(folder: str) -> None:
    """An exception that excuses nothing any more is taken off the list."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (HOUSE / folder).rglob("*.py")]
    assert any(in_chinese_alone(tree, REFUSALS) for tree in trees)
