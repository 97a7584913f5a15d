"""Reference pages that follow from the program itself: states, events, commands. Used by ``docs_tables``."""

from __future__ import annotations

import argparse
import os

EVENT_MEANING = {
    "opened": "The matter was opened with an owner, a next step and a promised first result.",
    "report_linked": "Another report is about this matter; its words join the story.",
    "report_unlinked": "A report was taken out of this matter again.",
    "assigned": "Somebody was given the matter and now owns it.",
    "accepted": "The owner took it up.",
    "declined": "The owner handed it back with a reason; the duty desk owns it.",
    "transferred": "It was handed on to somebody else with a reason.",
    "urged": "Somebody pressed for progress; the due time stays.",
    "progress": "What was done.",
    "next_step": "What comes next, or by when, was changed; the old time is kept in the event.",
    "promised": "Somebody said they would do something by a time.",
    "promise_kept": "A promise was kept.",
    "promise_broken": "A promise was not kept, or its time passed without a word.",
    "promise_withdrawn": "A promise was taken back with a reason.",
    "joined": "A person or a partner handles it along; the lead is named.",
    "left": "Somebody stopped handling it along.",
    "consulted": "A consultation with departments was called.",
    "decided": "What the consultation decided; each decision is a task.",
    "task_done": "A task was done, with its result.",
    "escalated": "It climbed one level, with what was tried and what blocks it.",
    "paused": "The clock of the next step waits, with a reason and a day.",
    "resumed": "It was taken up again.",
    "reclassified": "What it is about was corrected.",
    "placed": "Where it is was corrected.",
    "raised": "It was made more urgent.",
    "mediation": "A step of a mediation.",
    "resolved": "The result and its cause; follow-ups were planned.",
    "follow_up_planned": "Somebody will go back to look.",
    "followed_up": "What was found on going back.",
    "reopened": "It was taken up again after a result.",
    "rated": "What a reporter says of the result.",
    "closed": "Filed: the follow-ups are done.",
    "referred": "Not ours: handed to a named other body.",
    "merged": "It is the same thing as another matter and ends as part of it.",
    "unmerged": "A merge was undone exactly.",
    "linked": "It hangs together with another matter.",
    "unlinked": "A link was taken back.",
    "withdrawn": "It was opened by mistake and taken back within minutes.",
    "overdue": "Its next step is late.",
    "replied": "An answer to the people who reported.",
}

REPORT_EVENT_MEANING = {
    "received": "Somebody's words were taken in; the receipt was given after this was on disk.",
    "proposed": "The engines proposed category, severity, place and possible duplicates.",
    "accepted": "A person decided that it becomes a matter.",
    "merged": "A person decided that it belongs to a matter already open.",
    "refused": "Not taken, with the reason and a named other place to go.",
    "asked": "The reporter was asked for more.",
    "answered": "The reporter answered.",
    "undone": "A decision was taken back within minutes.",
    "climbed": "Nobody looked in time; it went one step up.",
    "replied": "An answer to the reporter.",
    "edited": "Something noted beside the words was corrected; the words stay.",
    "rated": "What the reporter says of the result.",
    "reopened": "The reporter asked for it to be taken up again.",
}


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.settings")
    import django

    django.setup()


def states() -> str:
    """docs/concepts/states.md: the transition table of a matter in words."""
    _django()
    from django.utils import translation

    from fengqiao.matters import rules
    from fengqiao.matters.choices import OPEN_STATES, State

    with translation.override("zh-hans"):
        lines = [
            "# States of a matter",
            "",
            "<!-- Written by tools/docs_tables.py from matters/rules.py. -->",
            "",
        ]
        lines += ["| state | word | open: owner, next step, due time |", "|---|---|---|"]
        lines += [f"| `{s.value}` | {s.label} | {'yes' if s in OPEN_STATES else 'no'} |" for s in State]
        lines += [
            "",
            "An open matter always has an owner, a next step, a due time; the database sees to it.",
            "",
        ]
        lines += ["| verb | word | from | to | who |", "|---|---|---|---|---|"]
        for t in rules.TRANSITIONS:
            sources = ", ".join(f"`{s}`" for s in t.sources)
            target = f"`{t.target}`" if t.target else "stays"
            lines.append(f"| `{t.verb}` | {t.zh} | {sources} | {target} | {', '.join(t.who)} |")
    lines += [
        "",
        "`follow_up` closes the matter when nothing more is planned or promised.",
        "`unmerge` puts back the state of before.",
        "`mediate` by the owner of an assigned matter takes it up.",
        "Parts: owner, joint, resident, system; the rest are rights.",
        "",
    ]
    return "\n".join(lines)


def events() -> str:
    """docs/reference/events.md: one heading for each kind of event."""
    _django()
    from django.utils import translation

    from fengqiao.intake.choices import ReportEventKind
    from fengqiao.matters.choices import EventKind

    lines = ["# Events", "", "<!-- Written by tools/docs_tables.py. -->", "", "Appended, never edited.", ""]
    with translation.override("zh-hans"):
        lines += ["## Of a matter", ""]
        for kind in EventKind:
            lines += [f"### {kind.value}", "", f"{kind.label}. {EVENT_MEANING[kind.value]}", ""]
        lines += ["## Of a report", ""]
        for report_kind in ReportEventKind:
            words = REPORT_EVENT_MEANING[report_kind.value]
            lines += [f"### report {report_kind.value}", "", f"{report_kind.label}. {words}", ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    """docs/reference/commands.md: one heading for each command with its options."""
    _django()
    from fengqiao.cli import build_parser

    lines = ["# Commands", "", "<!-- Written by tools/docs_tables.py from the command line itself. -->", ""]
    lines += _walk(build_parser(), "fengqiao")
    return "\n".join(lines).rstrip() + "\n"


def _walk(parser: argparse.ArgumentParser, name: str) -> list[str]:
    lines: list[str] = []
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        helps = {a.dest: a.help or "" for a in action._choices_actions}
        for key, sub in action.choices.items():
            lines += [f"## {name} {key}", "", helps.get(key, ""), ""]
            options = [
                a for a in sub._actions if a.dest != "help" and not isinstance(a, argparse._SubParsersAction)
            ]
            for a in options:
                flag = ", ".join(f"`{s}`" for s in a.option_strings) or f"`{(a.metavar or a.dest)}`"
                choices = f" ({', '.join(map(str, a.choices))})" if a.choices else ""
                lines.append(f"- {flag}{choices} {a.help or ''}".rstrip())
            lines += [""] if options else []
            lines += _walk(sub, f"{name} {key}")
    return lines
