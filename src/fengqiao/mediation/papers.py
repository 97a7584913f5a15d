"""The papers of a mediation file, in order: dated reference data and the pure rule of what a case still lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from django.utils.translation import gettext as _

from fengqiao.lib.config_files import ConfigError, Node, read_yaml
from fengqiao.mediation.choices import CaseOutcome, CaseState, Form, PaperState

DATA = Path(__file__).resolve().parent / "data"
TEMPLATES = DATA / "templates"
NEEDS = ("must", "need")
SOURCES = ("made", "received")
WHENS = ("always", "session", "written", "oral", "agreement", "over", "taken")


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper. ``must``: the file is not complete without it; ``made``: printed from a template."""

    key: str
    zh: str
    en: str
    must: bool
    made: bool
    group: str
    when: str

    @property
    def builtin(self) -> Path:
        """The template that comes with the program."""
        return TEMPLATES / f"{self.key}.docx"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What decides which papers a case needs."""

    state: str
    outcome: str
    sessions_held: int
    form: str
    valid: bool


@lru_cache(maxsize=2)
def load_papers(path: Path | None = None) -> Mapping[str, Paper]:
    """The newest list of papers, by key in binding order. Raises ConfigError naming file and key."""
    return MappingProxyType({p.key: p for p in map(_paper, _top(path)["papers"].keyed())})


@lru_cache(maxsize=2)
def keep_years(path: Path | None = None) -> tuple[int, int]:
    """Years a file is kept: (with an agreement, without one). Raises ConfigError."""
    f = _top(path)["keep"].fields(("agreement", "other"), ("agreement", "other"))
    return f["agreement"].whole(1, 100), f["other"].whole(1, 100)


def _top(path: Path | None) -> dict[str, Node]:
    found = sorted(DATA.glob("papers-*.yaml"))
    if path is None and not found:
        raise ConfigError("papers-YYYY-MM.yaml", "", _("没有找到卷内文书目录，请重新安装"))
    file = path or found[-1]
    names = ("papers", "keep", "valid_from")
    return Node(read_yaml(file), "", {"": file.name}).fields(names, names)


def _paper(node: Node) -> Paper:
    names = ("key", "zh", "en", "need", "source", "when")
    f = node.fields((*names, "group"), names)
    group = f["group"].value if "group" in f else ""
    return Paper(
        key=f["key"].key(),
        zh=f["zh"].text(),
        en=f["en"].text(),
        must=f["need"].one_of(NEEDS) == "must",
        made=f["source"].one_of(SOURCES) == "made",
        group=str(group),
        when=f["when"].one_of(WHENS),
    )


def applies(paper: Paper, facts: CaseFacts) -> bool:
    """Whether the case has come to the point where this paper can be there at all."""
    return {
        "always": True,
        "session": facts.sessions_held > 0,
        "written": bool(facts.form) and facts.form == Form.WRITTEN,
        "oral": bool(facts.form) and facts.form == Form.ORAL,
        "agreement": bool(facts.form),
        "over": facts.state in {CaseState.AGREED, CaseState.ENDED},
        "taken": facts.outcome != CaseOutcome.NOT_TAKEN,
    }[paper.when]


def state_of(paper: Paper, facts: CaseFacts, there: Collection[str], groups: Mapping[str, bool]) -> str:
    """Where a paper stands. ``there``: kinds present; ``groups``: groups of which one is present."""
    if paper.key in there:
        return str(PaperState.HAVE)
    if not applies(paper, facts):
        return str(PaperState.WAITING)
    if paper.must and not groups.get(paper.group, False):
        return str(PaperState.MISSING)
    return str(PaperState.ON_NEED)


def groups_there(papers: Mapping[str, Paper], there: Collection[str]) -> dict[str, bool]:
    """Which groups have one of their papers."""
    names = {p.group for p in papers.values() if p.group}
    return {name: any(p.group == name and p.key in there for p in papers.values()) for name in names}
