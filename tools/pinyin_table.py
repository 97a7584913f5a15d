"""Write ``algorithms/data/pinyin.txt``: how each Chinese character reads, without tones.

Run with the packages of development: ``.venv/bin/python tools/pinyin_table.py``. The readings come from the package
pypinyin (MIT). A reading counts when at least a tenth of the phrases with the character use it; the commonest is first.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

TABLE = Path(__file__).resolve().parent.parent / "src" / "fengqiao" / "algorithms" / "data" / "pinyin.txt"
FIRST, LAST = 0x4E00, 0x9FA5
ENOUGH = 0.1


def readings() -> dict[str, list[str]]:
    """Toneless readings of each character, the commonest first."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, parts in PHRASES_DICT.items():
        if len(phrase) == len(parts):
            for char, part in zip(phrase, parts, strict=True):
                used[char][_plain(part[0])] += 1
    found = {}
    for code in range(FIRST, LAST + 1):
        known = (
            list(dict.fromkeys(map(_plain, PINYIN_DICT.get(code, "").split(","))))
            if code in PINYIN_DICT
            else []
        )
        known = [one for one in known if one.isascii() and one.isalpha()]
        if known:
            count = used[chr(code)]
            total = sum(count[one] for one in known)
            common = [one for one in known if total and count[one] >= ENOUGH * total]
            found[chr(code)] = sorted(common, key=lambda one: -count[one]) or known[:1]
    return found


def _plain(reading: str) -> str:
    return str(to_normal(reading, v_to_u=False))


def main() -> int:
    """Write the table."""
    first: dict[str, list[str]] = defaultdict(list)
    also: dict[str, list[str]] = defaultdict(list)
    for char, ways in readings().items():
        first[ways[0]].append(char)
        for way in ways[1:]:
            also[way].append(char)
    lines = [
        "# Readings without tones; + for a further reading. From pypinyin (MIT) by tools/pinyin_table.py."
    ]
    for way in sorted({*first, *also}):
        lines += [f"{way} {''.join(first[way])}"] if way in first else []
        lines += [f"+{way} {''.join(also[way])}"] if way in also else []
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(
        f"{TABLE.name}: {sum(map(len, first.values()))} characters, {sum(map(len, also.values()))} further readings"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
