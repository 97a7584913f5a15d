"""The documents keep up with the program: words, links, settings, tables, licence."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from fengqiao.lib.place_config import BASE, WORDS, load_place
from fengqiao.matters.reference import KINDS, load_categories
from tests.paths import ROOT
from tools import docs_tables

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = sorted((ROOT / "src" / "fengqiao").rglob("*.py"))


def text(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def headings(page: str) -> list[str]:
    """The headings of a page, without their marks."""
    return [m.strip() for m in re.findall(r"^#+ (.+)$", page, re.MULTILINE)]


class TestGlossary:
    rows = re.findall(
        r"^\| ([a-z][^|]*?) \| ([^|]*?) \| ([^|]*?) \|$", text("docs/glossary.md"), re.MULTILINE
    )

    def test_at_least_eighty_words_in_order(self) -> None:
        words = [word for word, _, _ in self.rows]
        assert len(words) >= 80
        assert words == sorted(words)

    def test_one_word_one_meaning(self) -> None:
        for column in (0, 1, 2):
            doubled = [w for w, n in Counter(row[column] for row in self.rows).items() if n > 1]
            assert doubled == []

    def test_every_word_is_said_in_chinese_and_explained(self) -> None:
        for word, chinese, meaning in self.rows:
            assert re.search(r"[\u4e00-\u9fff]", chinese), word
            assert meaning.endswith("."), word

    @pytest.mark.parametrize("key", WORDS)
    def test_words_a_place_may_say_otherwise_are_here_with_the_base_word(self, key: str) -> None:
        found = {word: chinese for word, chinese, _ in self.rows}
        assert found[key.replace("_", " ")] == load_place(BASE).word(key)

    @pytest.mark.parametrize("kind", [k for k in KINDS if k != "other"])
    def test_kinds_are_here(self, kind: str) -> None:
        assert kind.replace("_", " ") in {word for word, _, _ in self.rows}


class TestTables:
    @pytest.mark.parametrize("name", sorted(docs_tables.PAGES))
    def test_page_is_fresh(self, name: str) -> None:
        written = text(name) == docs_tables.PAGES[name]()
        assert written, f"{name} lags behind the data: run .venv/bin/python tools/docs_tables.py"

    def test_one_heading_for_each_code(self) -> None:
        found = [h.split()[0] for h in headings(text("docs/reference/categories.md"))]
        codes = [h for h in found if re.fullmatch(r"[A-Z]{2}\d+", h)]
        assert codes == list(load_categories())

    def test_a_stale_page_is_noticed_and_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(docs_tables, "ROOT", tmp_path)
        assert docs_tables.main(["--check"]) == 1
        assert docs_tables.main([]) == 0
        assert docs_tables.main(["--check"]) == 0
        page = tmp_path / "docs/reference/categories.md"
        page.write_text(page.read_text("utf-8").replace("漏水", "滴水"), encoding="utf-8")
        assert docs_tables.stale() == ["docs/reference/categories.md"]
        assert docs_tables.main(["--what"]) == 2
        assert "stale: docs/reference/categories.md" in capsys.readouterr().out


class TestSettings:
    def used(self) -> set[str]:
        """Every variable the program or its tests read."""
        found: set[str] = set()
        for path in [*SOURCES, ROOT / "tests" / "paths.py"]:
            found |= set(
                re.findall(r"[\"'](FENGQIAO_[A-Z_]+|DATABASE_URL)[\"']", path.read_text(encoding="utf-8"))
            )
        return found

    def test_every_setting_has_its_heading_and_no_heading_is_left_over(self) -> None:
        told = re.findall(r"^## `([A-Z_]+)`$", text("docs/reference/settings.md"), re.MULTILINE)
        assert [name for name, n in Counter(told).items() if n > 1] == []
        assert set(told) == self.used()

    def test_the_example_names_only_real_settings(self) -> None:
        named = set(re.findall(r"^#? ?([A-Z_]{4,})=", text("deploy/env.example"), re.MULTILINE))
        assert named
        assert named <= self.used()


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings as they are made on the web."""
    return {
        re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")
        for h in headings(page.read_text(encoding="utf-8"))
    }


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_links_between_pages_lead_somewhere(self, page: Path) -> None:
        broken = []
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            name, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", target) or name.startswith("docs/screens/"):
                continue
            file = (page.parent / name).resolve() if name else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(target)
        assert broken == []

    def test_both_readmes_show_the_same_pictures_and_pages(self) -> None:
        english, chinese = (
            sorted(set(re.findall(r"\]\(([^)\s]+)\)", text(name))) - {"README.md", "README.zh-CN.md"})
            for name in ("README.md", "README.zh-CN.md")
        )
        assert english == chinese

    def test_pictures_are_there_once_they_are_taken(self) -> None:
        folder = ROOT / "docs" / "screens"
        named = set(re.findall(r"docs/screens/([\w.-]+)", text("README.md")))
        assert len(named) == 6
        if folder.is_dir():
            assert named <= {p.name for p in folder.iterdir()}


class TestPages:
    @pytest.mark.parametrize(
        "name",
        ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "THREAT_MODEL.md", "CHANGELOG.md"],
    )
    def test_is_there_with_one_title(self, name: str) -> None:
        assert len(re.findall(r"^# ", text(name), re.MULTILINE)) == 1

    def test_readme_gives_the_two_commands_as_they_are_in_the_makefile(self) -> None:
        makefile = text("Makefile")
        for command in ("demo", "test"):
            assert f"```\nmake {command}\n```" in text("README.md")
            assert f"```\nmake {command}\n```" in text("README.zh-CN.md")
            assert re.search(rf"^{command}:", makefile, re.MULTILINE)

    def test_changes_are_told_by_audience(self) -> None:
        found = headings(text("CHANGELOG.md"))
        assert {"Residents", "Station staff", "Operators", "Developers"} <= set(found)

    def test_the_threat_model_names_what_is_not_defended(self) -> None:
        page = text("THREAT_MODEL.md")
        for word in ("Passkeys", "tombstones", "Floods", "Root on the running machine"):
            assert word in page

    def test_decisions_are_numbered_without_a_gap_and_listed(self) -> None:
        pages = sorted(p.name for p in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
        assert [name[:4] for name in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
        index = text("docs/adr/README.md")
        for name in pages:
            page = text(f"docs/adr/{name}")
            assert f"({name})" in index
            assert page.startswith(f"# {name[:4]} ")
            assert re.search(r"^Status: (accepted|replaced by \d{4})$", page, re.MULTILINE)
            assert [h for h in headings(page) if h in {"Context", "Decision", "Consequences"}] == [
                "Context",
                "Decision",
                "Consequences",
            ]

    def test_the_licence_is_apache_2_word_for_word(self) -> None:
        words = " ".join(text("LICENSE").split())
        assert hashlib.sha256(words.encode()).hexdigest() == APACHE_2


APACHE_2 = "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645"
"""SHA-256 of the licence's words, one space between them."""
