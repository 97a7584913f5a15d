"""docs/reference/api.md from the API itself: every operation, what it does, who may call it. Used by ``docs_tables``."""

from __future__ import annotations

import os

NOTE = "<!-- Written by tools/docs_tables.py from the operations themselves. -->\n"

LEAD = """# API

Every operation below `/api/v1`. The same, with every field, is at `/api/v1/openapi.json` of a running installation;
a page for people is at `/api/`. How to get in, page through lists and send things twice safely is in
[the guide](../guides/api.md); rights and the roles that carry them are in [roles](roles.md).

Whoever lacks the right, and whoever asks for a thing out of reach, is told that it is not there (404).
"""


def page() -> str:
    """The page as it should be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.settings")
    import django

    django.setup()
    from fengqiao.api.catalogue import Told, groups

    def who(row: Told) -> str:
        if row.public:
            return "anybody"
        return " or ".join(f"`{right}`" for right in row.rights) or "signed in"

    parts = [LEAD, NOTE]
    for group in groups():
        parts.append(f"## {group.name[0].upper()}{group.name[1:]}\n")
        parts.append("| | Operation | What it does | Who |\n|---|---|---|---|")
        parts += [f"| {r.method} | `{r.path}` | {r.summary} | {who(r)} |" for r in group.rows]
        parts.append("")
    return "\n".join(parts)
