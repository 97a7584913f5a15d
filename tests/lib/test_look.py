"""Rules every page keeps: nothing inline, nothing from elsewhere, a light first load."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings

from fengqiao.lib import icons
from tests.paths import ROOT

PACKAGE = ROOT / "src" / "fengqiao"
STATIC = PACKAGE / "static"
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html")) + sorted(
    (ROOT / "tools" / "gallery").glob("*.html")
)
OURS = sorted((STATIC / "fq").iterdir())
INLINE = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|<script(?![^>]*\bsrc=)", re.IGNORECASE)
OUTSIDE = re.compile(r"(?:src|href|url\(|@import)\s*[=(]?\s*[\"']?(?:https?:)?//", re.IGNORECASE)
ICON = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")
ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "429.html"]
ERRORS += ["500.html", "503.html", "offline.html"]
FIRST_LOAD_LIMIT = 150 * 1024


def name(path: Path) -> str:
    """A short name for the report."""
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_check() -> None:
    assert len(TEMPLATES) > 30
    assert {"tokens.css", "fengqiao.css", "core.js", "map.js"} <= {p.name for p in OURS}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_carries_styles_or_scripts(path: Path) -> None:
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_a_template_names_exists(path: Path) -> None:
    missing = set(ICON.findall(path.read_text(encoding="utf-8"))) - set(icons.paths())
    assert missing == set()


@pytest.mark.parametrize("path", [*TEMPLATES, *OURS], ids=name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert OUTSIDE.findall(path.read_text(encoding="utf-8")) == []


def loaded(page: str) -> set[Path]:
    """The static files a rendered page asks for, and those its style sheets ask for."""
    files = {STATIC / found for found in re.findall(r'(?:href|src)="/static/([^"]+)"', page)}
    for sheet in [f for f in files if f.suffix == ".css"]:
        for found in re.findall(r"url\(([^)#:]+)\)", sheet.read_text(encoding="utf-8")):
            files.add((sheet.parent / found.strip("'\"")).resolve())
    return files


@pytest.mark.parametrize(
    "page", ["portal_home.html", "portal_report.html", "portal_receipt.html", "field_note.html"]
)
def test_first_load_on_a_phone_stays_light(page: str, rendered: Path) -> None:
    text = (rendered / page).read_text(encoding="utf-8")
    files = loaded(text)
    assert STATIC / "fq" / "fengqiao.css" in files
    total = len(gzip.compress(text.encode())) + sum(len(gzip.compress(f.read_bytes())) for f in files)
    assert total <= FIRST_LOAD_LIMIT, f"{total} bytes compressed"


@pytest.mark.parametrize("page", ERRORS)
def test_error_pages_say_what_is_safe_and_what_to_do_without_a_request(page: str) -> None:
    html = render_to_string(page)
    assert "什么是安全的" in html
    assert "接下来怎么做" in html
    assert "{%" not in html
    assert re.search(r"<dd>\s*</dd>", html) is None
    assert re.search(r"<h1>\s*</h1>", html) is None


def test_the_refusal_a_person_caused_is_shown_in_their_words() -> None:
    class Refused:
        message = "太长了：最多 <10000> 字"

    assert "太长了：最多 &lt;10000&gt; 字" in render_to_string("400.html", {"error": Refused()})
    assert "data-refusal=" in render_to_string("fq/refusal.html", {"error": Refused()})


def test_every_text_pair_of_the_design_is_readable() -> None:
    """Inks on the surfaces they stand on reach 4.5 to 1, in the light and the dark theme."""
    css = (STATIC / "fq" / "tokens.css").read_text(encoding="utf-8")
    light, dark = css.split("[data-theme=board]{")[0], css.split("[data-theme=board]{")[1].split("}")[0]
    base = dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", light))
    for theme in (base, base | dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", dark))):
        for ink, surfaces in PAIRS.items():
            for surface in surfaces:
                assert contrast(theme[ink], theme[surface]) >= 4.5, (ink, surface)


PAIRS = {
    "ink": ["surface", "bg", "bg-2", "acc-soft"],
    "ink-2": ["surface", "bg", "bg-2", "acc-soft"],
    "ink-3": ["surface", "bg", "bg-side"],
    "acc": ["surface", "bg", "acc-soft"],
    "on-acc": ["acc"],
    "sev1": ["sev1-bg", "surface"],
    "sev2": ["sev2-bg", "surface"],
    "sev3": ["sev3-bg", "surface"],
    "ok": ["ok-bg", "surface"],
    "bad": ["bad-bg", "surface"],
    "wait": ["wait-bg", "surface", "acc-soft"],
    "on-off": ["off"],
    "float-acc": ["float"],
    "mark-ink": ["mark"],
}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #RRGGBB colours as WCAG 2.2 defines it."""
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_static_files_can_be_collected_under_their_hashed_names(tmp_path: Path) -> None:
    """A style sheet that names a missing file, or a script a missing map, would stop every installation."""
    hashed = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    storages = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": hashed}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", "--noinput", verbosity=0)
    names = [p.name for p in (tmp_path / "fq").iterdir()]
    assert any(re.fullmatch(r"fengqiao\.[0-9a-f]{12}\.css", n) for n in names)
    assert "error.css" in names, "the error pages name their files without the list"
