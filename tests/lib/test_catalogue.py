"""The English catalogue: complete, true to its placeholders, freshly compiled, and seen on the pages."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.conf import settings
from django.test import Client

from tests.cast import Cast
from tools import messages as tool

BACKEND = "django.contrib.auth.backends.ModelBackend"
HAN = re.compile(r"[㐀-鿿豈-﫿]")
CHINESE_SIGNS = re.compile(r"[，。；：、？！（）「」【】]")
STAYS = {"简体中文", "English"}
"""Words that are the same in both languages: each language is named in itself."""
TAG = re.compile(r"</?[a-z]+[^>]*>")
PLAIN = re.compile(
    r"""(?:\b(?:_|_now|gettext|gettext_lazy)\(\s*|\{%\s*translate\s+)"([^"\\]+)"(?=\s*[,)]|\s*(?:as \w+\s*)?%})"""
)
MESSAGES = list(tool.messages())


def test_there_is_a_catalogue() -> None:
    assert len(MESSAGES) > 1500
    assert all(
        HAN.search(str(m.id)) or CHINESE_SIGNS.search(str(m.id)) for m in MESSAGES if m.id not in STAYS
    )


def test_every_message_has_english() -> None:
    empty = [m.id for m in MESSAGES if m.fuzzy or not all(form.strip() for form in tool.forms(m.string))]
    assert empty == []


def test_the_english_is_english() -> None:
    mixed = [
        form
        for m in MESSAGES
        if m.id not in STAYS
        for form in tool.forms(m.string)
        if HAN.search(form) or CHINESE_SIGNS.search(form)
    ]
    assert mixed == []


def test_what_counts_has_one_form_for_one_and_one_for_many() -> None:
    assert {len(tool.forms(m.string)) for m in MESSAGES if m.pluralizable} == {2}


def test_placeholders_and_tags_are_the_same_on_both_sides() -> None:
    torn = []
    for m in MESSAGES:
        pairs = zip(tool.forms(m.id), tool.forms(m.string), strict=True)
        for said, english in pairs:
            same = tool.placeholders(said) == tool.placeholders(english)
            if not same or sorted(TAG.findall(said)) != sorted(TAG.findall(english)):
                torn.append((said, english))
    assert torn == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%(n)s of %(size).1f MB", ["%(n)s", "%(size).1f"]),
        ("%s seconds", ["%s"]),
        ("{place}人调字", ["{place}"]),
        ("100%% of {{ it }}", ["%%"]),
        ("nothing", []),
    ],
)
def test_placeholders_are_recognised(text: str, found: list[str]) -> None:
    assert tool.placeholders(text) == found


def compiled(path: Path) -> dict[object, object]:
    """The words of a compiled catalogue by context and message, without its header."""
    with path.open("rb") as file:
        return {(m.context, *tool.forms(m.id)): m.string for m in read_mo(file) if m.id}


def test_the_compiled_form_is_fresh(tmp_path: Path) -> None:
    again = tmp_path / "django.mo"
    assert tool.compile_catalogue(tool.PO, again) == len(MESSAGES)
    assert compiled(again) == compiled(tool.MO), (
        "django.mo lags behind django.po: run .venv/bin/python tools/messages.py compile"
    )


def test_what_the_sources_say_is_in_the_catalogue() -> None:
    """Plain calls and tags only, so that it needs no gettext; the extraction finds the rest."""
    known = {form for m in MESSAGES for form in tool.forms(m.id)}
    sources = [
        p for kind in ("*.py", "*.html") for p in tool.PACKAGE.rglob(kind) if "migrations" not in p.parts
    ]
    said = {
        text for p in sources for text in PLAIN.findall(p.read_text(encoding="utf-8")) if HAN.search(text)
    }
    assert len(said) > 1000
    assert said - known == set(), "run .venv/bin/python tools/messages.py extract, translate, then compile"


def test_what_data_files_say_is_in_the_catalogue() -> None:
    said = set(tool.data_words())
    assert {"刷单返利", "别再垫一分钱；对方说“再做一单才能提现”，也不要做。"} <= said
    assert said - {form for m in MESSAGES for form in tool.forms(m.id)} == set()


def test_a_message_without_english_is_not_counted(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text('msgid "事项"\nmsgstr "Matter"\n\nmsgid "反映"\nmsgstr ""\n', encoding="utf-8")
    assert tool.compile_catalogue(source, tmp_path / "django.mo") == 1


def test_extraction_without_gettext_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert tool.main(["extract"]) == 2
    assert "gettext" in capsys.readouterr().out
    assert tool.main(["translate"]) == 2


def english(client: Client, path: str) -> str:
    """A page as somebody reads it who chose English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def ours(page: str, cast: Cast) -> str:
    """The text of a page without what people named: the station, its areas and its people, and 中文 itself."""
    text = re.sub(r"<(script|style|svg|option|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", text))
    people = [p.name for p in cast.people.values()]
    text = re.sub(
        rf"^\s*[{''.join({name[0] for name in people})}]\s*$", "", text, flags=re.MULTILINE
    )  # portraits
    names = people + [a.name for a in cast.areas.values()]
    for name in sorted([*names, "柳溪派出所", "简体中文", "中文"], key=len, reverse=True):
        text = text.replace(name, "")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize(
    "path", ["/", "/report/", "/progress/", "/how/", "/privacy/", "/accessibility/", "/signin/"]
)
def test_residents_and_staff_read_english_before_they_sign_in(cast: Cast, path: str) -> None:
    page = english(Client(), path)
    assert '<html lang="en"' in page
    assert [line for line in ours(page, cast).splitlines() if HAN.search(line)] == []


@pytest.mark.parametrize("path", ["/desk/", "/desk/due/", "/desk/settings/"])
def test_the_desk_speaks_english_in_its_navigation_and_headings(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.people["head"], backend=BACKEND)
    page = english(client, path)
    parts = re.findall(
        r"<nav\b.*?</nav>|<h1\b.*?</h1>|<h2\b.*?</h2>|<title>.*?</title>", page, flags=re.DOTALL
    )
    assert len(parts) > 2
    assert [line for line in ours("".join(parts), cast).splitlines() if HAN.search(line)] == []


def test_chinese_stays_the_language_of_those_who_choose_nothing(cast: Cast) -> None:
    assert "我要反映" in Client().get("/").content.decode()
    assert "我要反映" not in english(Client(), "/")
