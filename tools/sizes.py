"""The size check: modules of at most 500 lines, bodies of functions of at most 50, templates of at most 200 lines.

A long list of named arguments is no body. What aims lower (300 and 40) is said, not enforced.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE, FUNCTION, TEMPLATE, TEST = 500, 50, 200, 500


def faults() -> Iterator[str]:
    """Every file or function over its limit."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        yield from _too_long(path, text, MODULE)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                size = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if size > FUNCTION:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {size} lines, at most {FUNCTION}"
    for path in sorted((ROOT / "src").rglob("templates/**/*.html")):
        yield from _too_long(path, path.read_text(encoding="utf-8"), TEMPLATE)
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield from _too_long(path, path.read_text(encoding="utf-8"), TEST)


def _too_long(path: Path, text: str, limit: int) -> Iterator[str]:
    lines = text.count("\n")
    if lines > limit:
        yield f"{path.relative_to(ROOT)} has {lines} lines, at most {limit}"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found) or "sizes ok")
    sys.exit(bool(found))
