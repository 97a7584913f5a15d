"""Print the reference pages that follow from data: run it after changing the data, a test checks that it was run.

    .venv/bin/python tools/docs_tables.py            # write the pages
    .venv/bin/python tools/docs_tables.py --check    # say which pages are stale and exit 1

A page is a function that returns its whole text; add it to PAGES.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from fengqiao.lib.place_config import (
    BASE,
    RHYTHMS,
    RIGHTS,
    DutyList,
    Mechanism,
    list_places,
    load_place,
)
from fengqiao.matters.reference import (
    Category,
    Span,
    load_categories,
    load_classes,
    load_follow_ups,
    load_ladder,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the other tools, when run as a script

from tools import docs_api, docs_live  # noqa: E402

UNIT_NAMES = {"m": "minute", "h": "hour", "d": "calendar day", "w": "working day"}
MEDIATION_NAMES = {"Y": "yes", "C": "only its civil side", "N": "no"}
TELL_NAMES = {0: "no", 1: "the reporter is told to call 110 now", 2: "the police are told the same day"}

NOTE = "<!-- Written by tools/docs_tables.py from the data files. Change the data, not this page. -->\n"


def span(length: Span) -> str:
    """A length of time in English: ``3 calendar days``."""
    name = UNIT_NAMES[length.unit]
    return f"{length.amount} {name}{'' if length.amount == 1 else 's'}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def categories() -> str:
    """docs/reference/categories.md: one heading for each code."""
    heads, found = load_classes().heads, load_categories()
    since = min(c.valid_from for c in found.values()).isoformat()
    parts = [
        "# Categories\n",
        NOTE,
        f"{len(found)} codes in {len(heads)} groups, valid from {since}. They are our own starting point: a station "
        "changes, adds or switches off codes in its `place.yaml` (`categories:`), and old versions stay so that old "
        "figures reproduce.\n",
        "Severity: 1 danger now, 2 may worsen within hours, 3 ordinary, 4 small. *First result*: when the first result "
        "is promised; minutes and hours run at any hour for severity 1 and 2 and in service hours for 3 and 4, calendar "
        "days end with the next working day. *Restricted* codes are seen only by those who handle them.\n",
    ]
    for head in heads.values():
        parts.append(f"## {head.code} {head.zh} · {head.en}\n")
        parts += [_category(c) for c in found.values() if c.head == head.code]
    return "\n".join(parts)


def _category(c: Category) -> str:
    ladder, classes = load_ladder(), load_classes()
    facts = [
        f"Kind `{c.kind}`",
        f"severity {c.severity}",
        f"first result within {span(c.due)}",
        f"starts at {ladder.levels[c.level].en} ({c.level})",
        f"for {ladder.handlers[c.role].en} ({c.role})",
        f"mediation: {MEDIATION_NAMES[c.mediation]}",
        f"110: {TELL_NAMES[c.tell_110]}",
    ]
    if c.report_class:
        facts.append(f"county report: {classes.report_classes[c.report_class].zh}")
    if c.restricted:
        facts.append("**restricted**")
    return f"### {c.code} {c.zh} · {c.en}\n\n{'; '.join(facts)}.\n"


def ladder_page() -> str:
    """docs/reference/ladder.md: start codes, looks, handlers, follow-ups."""
    data = load_ladder()
    follow_ups = [
        [
            f"`{r.key}`",
            r.zh,
            f"{span(r.after)} after {'closing' if r.anchor == 'closing' else 'the due date of a term'}",
            _conditions(r.severities, r.kinds, r.features),
            r.how,
            f"{r.ask_zh} · {r.ask_en}",
        ]
        for r in load_follow_ups()
    ]
    return "\n".join(
        [
            "# Ladder, first look, handlers and follow-ups\n",
            NOTE,
            f"Valid from {data.valid_from.isoformat()}. A place may set its own ladder; these are the defaults.\n",
            "## Where handling starts\n",
            table(
                ["Code", "Level", "Days before it climbs"],
                ([f"`{v.code}`", f"{v.zh} · {v.en}", str(v.days)] for v in data.levels.values()),
            ),
            "## How soon a person looks\n",
            table(
                ["Severity", "Meaning", "Within"],
                ([str(v.severity), f"{v.zh} · {v.en}", span(v.within)] for v in data.looks.values()),
            ),
            "## Who handles\n",
            table(
                ["Code", "Handler", "Roles asked, in order"],
                ([f"`{v.code}`", f"{v.zh} · {v.en}", ", ".join(v.roles)] for v in data.handlers.values()),
            ),
            "## Follow-ups\n",
            table(["Rule", "Name", "When", "For", "How", "What is asked"], follow_ups),
        ]
    )


def _conditions(severities: Iterable[int], kinds: Iterable[str], features: Iterable[str]) -> str:
    said = [f"severity {', '.join(map(str, severities))}" if severities else ""]
    said += [", ".join(kinds), f"with {', '.join(features)}" if features else ""]
    return "; ".join(s for s in said if s) or "everything"


def roles() -> str:
    """docs/reference/roles.md: roles of the base with their rights, and what each place adds."""
    base = load_place(BASE)
    parts = [
        "# Roles and rights\n",
        NOTE,
        "A right holds within the area, beat and term of an appointment. A role carries the least it needs; a person "
        "may hold several appointments.\n",
        "## Rights\n",
        table(
            ["Right", "Roles"],
            (
                [f"`{right}`", ", ".join(r.key for r in base.roles if r.may(right))]
                for right in sorted(RIGHTS)
            ),
        ),
        "## Roles\n",
    ]
    for role in base.roles:
        term = f", usual term {role.term_months} months" if role.term_months else ""
        paper = f" Appointed with a certificate{term}." if role.certificate else ""
        rights = ", ".join(f"`{r}`" for r in role.rights)
        parts.append(f"### {role.key} {role.zh} · {role.en}\n\n{rights}.{paper}\n")
    return "\n".join(parts)


def places() -> str:
    """docs/reference/places.md: what each configuration that comes with the program says."""
    parts = [
        "# Places\n",
        NOTE,
        "Configurations that come with the program. `fengqiao demo --place KEY` builds one at its size; "
        "`FENGQIAO_PLACE` chooses one, or names a folder of your own with a `place.yaml` that says only what differs "
        "from the base.\n",
    ]
    for key in (BASE, *list_places()):
        place = load_place(key)
        parts.append(f"## {key} {place.name_zh} · {place.name_en}\n")
        steps = " → ".join(f"{v.zh} ({v.days} days)" for v in place.ladder)
        used = ", ".join(m for m, on in place.modules.items() if on)
        scale = place.scale
        parts.append(f"Ladder: {steps}. Rooms in use: {used}.\n")
        parts.append(
            f"Demonstration: {scale.stations} station(s), {scale.beats} beats, {scale.grids} grids, "
            f"{scale.communities} communities, {scale.villages} villages, {scale.residents:,} residents, "
            f"{scale.premises:,} premises.\n"
        )
        lists: list[Mechanism | DutyList] = [*place.mechanisms, *place.duty_lists]
        for named in lists:
            parts.append(f"**{named.zh} · {named.en}**\n")
            parts.append(
                table(
                    ["Item", "Owner", "Rhythm", "Evidence"],
                    (
                        [f"{i.zh} · {i.en}", place.role(i.owner).zh, RHYTHMS[i.rhythm].en, i.evidence]
                        for i in named.items
                    ),
                )
            )
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/categories.md": categories,
    "docs/reference/ladder.md": ladder_page,
    "docs/reference/roles.md": roles,
    "docs/reference/places.md": places,
    "docs/concepts/states.md": docs_live.states,
    "docs/reference/events.md": docs_live.events,
    "docs/reference/commands.md": docs_live.commands,
    "docs/reference/api.md": docs_api.page,
}


def stale() -> list[str]:
    """Pages that differ from what the data says now."""
    return [
        name
        for name, page in PAGES.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    old = stale()
    for name in old:
        if not arguments:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"{'stale' if arguments else 'written'}: {name}")
    return 1 if arguments and old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
