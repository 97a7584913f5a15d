"""The catalogue of the English words: read the sources again, and write the compiled form that is loaded.

    python tools/messages.py extract   # needs GNU gettext; keeps what is translated, adds what is new
    python tools/messages.py compile   # writes django.mo beside django.po

The sources speak Chinese: a msgid is what people read, and only English has a catalogue.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "fengqiao"
PO = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PLACEHOLDER = re.compile(r"%\(\w+\)(?:\.\d+)?[a-zA-Z]|%[sd%]|(?<!\{)\{\w*\}(?!\})")
SAME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""What the compiled form says of its day, so that the same words always give the same file."""
FIRST_LINES = ["English words of fengqiao.", "This file is distributed under the same license as fengqiao."]


def catalogue(path: Path = PO) -> Catalog:
    """The catalogue as it stands in a .po file; OSError when there is none."""
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def messages(path: Path = PO) -> Iterator[Message]:
    """Every message of a catalogue without its header."""
    return (message for message in catalogue(path) if message.id)


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """One form for a plain message, two for one that counts; an empty one where nothing is said."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def placeholders(text: str) -> list[str]:
    """What is filled in at run time, sorted: ``%(n)s``, ``%s``, ``{name}`` and the sign ``%%``."""
    return sorted(PLACEHOLDER.findall(text))


def compile_catalogue(source: Path = PO, target: Path = MO) -> int:
    """Write the .mo of a .po; the number of messages in it. Messages without English stay Chinese on screen."""
    words = catalogue(source)
    words.creation_date = words.revision_date = SAME_DAY
    words.last_translator = ""
    with target.open("wb") as file:
        write_mo(file, words)
    return sum(bool(message.id) and all(forms(message.string)) for message in words)


def extract() -> None:
    """Read templates and modules again into the .po; ValueError when GNU gettext is not installed."""
    if shutil.which("xgettext") is None:
        raise ValueError("GNU gettext is needed: install the package gettext and run again")
    with tempfile.TemporaryDirectory(prefix="fengqiao-messages-") as folder:
        os.environ.update(
            FENGQIAO_DATA_DIR=folder, FENGQIAO_TEST="1", DJANGO_SETTINGS_MODULE="fengqiao.settings"
        )
        os.chdir(PACKAGE)  # the command puts what it finds into the locale folder of where it runs
        import django
        from django.core.management.commands.makemessages import Command

        class Ours(Command):
            """Knows the second name that modules give to gettext, and how algorithms make their sentences."""

            xgettext_options = [*Command.xgettext_options, "--keyword=_now", "--keyword=sentence"]
            msgmerge_options = [*Command.msgmerge_options, "--no-fuzzy-matching"]  # a guess would be shown

        django.setup()
        argv = ["-l", "en", "--no-obsolete", "--no-location", "--ignore", "static/*"]
        # What data files say is put where the command looks, for as long as it looks.
        beside = PACKAGE / "data_words_for_extraction.py"
        beside.write_text(
            "".join(f"_({json.dumps(said, ensure_ascii=False)})\n" for said in data_words()),
            encoding="utf-8",
        )
        try:
            Ours().run_from_argv(["manage.py", "makemessages", *argv])
        finally:
            beside.unlink()
    _tidy()


def data_words() -> list[str]:
    """What pages show of the data files: kinds of fraud, and what to do about each."""
    from fengqiao.algorithms.scams import scam_words

    words = scam_words()
    said = [one for advice in words.general.values() for one in advice]
    said += [one for kind in words.kinds.values() for one in (kind.name, *kind.advice)]
    return list(dict.fromkeys(said))


def _tidy() -> None:
    """Put our own words at the head, and the one Plural-Forms line that English has."""
    text = PO.read_text(encoding="utf-8")
    _head, mark, rest = text.partition('msgid ""\n')
    rest = re.sub(
        r'"(?:Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator): .*\n', "", rest
    )
    rest = rest.replace("PACKAGE VERSION", "fengqiao", 1)
    rest = rest.replace("FULL NAME <EMAIL@ADDRESS>", "", 1).replace("LANGUAGE <LL@li.org>", "English", 1)
    rest = rest.replace('"Language: \\n"', '"Language: en\\n"', 1)
    PO.write_text("".join(f"# {line}\n" for line in FIRST_LINES) + mark + rest, encoding="utf-8")


def main(argv: list[str]) -> int:
    """Run one of the two commands; 2 when it is not known or cannot run."""
    if argv == ["extract"]:
        try:
            extract()
        except ValueError as fault:
            print(fault)
            return 2
        missing = [str(m.id) for m in messages() if not all(forms(m.string)) or m.fuzzy]
        print(
            f"{sum(1 for _ in messages())} messages, {len(missing)} without English",
            *missing[:40],
            sep="\n  ",
        )
        return 0
    if argv == ["compile"]:
        print(f"{compile_catalogue()} messages compiled")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
