"""A small grammar for sentences: fixed text, ``[this|or that]`` and ``{words}`` filled in from the event.

Templates are compiled once; writing a sentence then only walks a tuple. ``{word}`` asks the dictionary
given; a missing word is an error of the data, found by the tests, never printed half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random

Words = Mapping[str, str]
Draw = Callable[[], float]


class Template:
    """One compiled sentence. Raises ``ValueError`` for brackets that do not match."""

    __slots__ = ("_parts", "slots", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts, end = _parse(text, 0, nested=False)
        if end != len(text):
            raise ValueError(f"brackets do not match in: {text}")
        self.slots = frozenset(_slots(self._parts))

    def write(self, words: Words, draw: Draw) -> str:
        """The sentence with alternatives drawn and words filled in. Raises ``KeyError`` for an unknown
        word."""
        out: list[str] = []
        _write(self._parts, words, draw, out)
        return "".join(out)


class _Slot(str):
    """A word to be filled in."""

    __slots__ = ()


_Part = str | _Slot | tuple["_Parts", ...]
_Parts = tuple[_Part, ...]


def _parse(text: str, at: int, *, nested: bool) -> tuple[_Parts, int]:
    """Parts from ``at`` up to the end or, inside a choice, to the next ``|`` or ``]``."""
    parts: list[_Part] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            parts.append("".join(plain))
            plain.clear()

    while at < len(text):
        character = text[at]
        if character == "[":
            flush()
            choice, at = _parse_choice(text, at + 1)
            parts.append(choice)
        elif character == "{":
            flush()
            end = text.index("}", at)
            parts.append(_Slot(text[at + 1 : end]))
            at = end + 1
        elif character in "|]" and nested:
            break
        elif character in "]}":
            raise ValueError(f"brackets do not match in: {text}")
        else:
            plain.append(character)
            at += 1
    flush()
    return tuple(parts), at


def _parse_choice(text: str, at: int) -> tuple[tuple[_Parts, ...], int]:
    options: list[_Parts] = []
    while True:
        option, at = _parse(text, at, nested=True)
        options.append(option)
        if at >= len(text):
            raise ValueError(f"brackets do not match in: {text}")
        at += 1
        if text[at - 1] == "]":
            return tuple(options), at


def _slots(parts: _Parts) -> set[str]:
    found: set[str] = set()
    for part in parts:
        if isinstance(part, _Slot):
            found.add(str(part))
        elif isinstance(part, tuple):
            for option in part:
                found |= _slots(option)
    return found


def _write(parts: _Parts, words: Words, draw: Draw, out: list[str]) -> None:
    for part in parts:
        if type(part) is str:
            out.append(part)
        elif type(part) is _Slot:
            out.append(words[part])
        else:
            _write(part[int(draw() * len(part))], words, draw, out)  # type: ignore[arg-type]


def pick(templates: Sequence[Template], words: Words, rng: Random) -> str:
    """One of the templates, written."""
    draw = rng.random
    return templates[int(draw() * len(templates))].write(words, draw)


@cache
def sections(name: str) -> dict[str, tuple[Template, ...]]:
    """A file of data/ with sections ``== key`` and one sentence a line."""
    found: dict[str, list[Template]] = {}
    current: list[Template] = []
    for line in _lines(name):
        if line.startswith("== "):
            current = found.setdefault(line[3:].strip(), [])
        else:
            current.append(Template(line))
    return {key: tuple(templates) for key, templates in found.items()}


PARTS = {"说": "say", "又": "more", "要": "want", "办": "fix", "因": "cause"}


@cache
def sentences() -> dict[str, dict[str, tuple[Template, ...]]]:
    """For every category code its sentences by part: say, more, want, fix, cause."""
    found: dict[str, dict[str, list[Template]]] = {}
    folder = files("fengqiao.demo") / "data" / "sentences"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        current: dict[str, list[Template]] = {}
        for line in _lines(f"sentences/{entry.name}"):
            if line.startswith("== "):
                current = found.setdefault(line.split()[1], {part: [] for part in PARTS.values()})
            else:
                current[PARTS[line[0]]].append(Template(line[2:]))
    return {code: {part: tuple(lines) for part, lines in parts.items()} for code, parts in found.items()}


def _lines(name: str) -> list[str]:
    text = (files("fengqiao.demo") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]
