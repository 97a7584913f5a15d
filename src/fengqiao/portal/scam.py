"""From 是诈骗吗 to a report: how what was pasted begins one."""

from __future__ import annotations

from fengqiao.lib.text import clean

MOVED = "被骗了，钱已经转了，或者正在转账。对方是这样说的："
"""How a report begins when its writer pressed "the money has gone or is going". Kept as data, so not translated: the
danger words hear it, whatever was pasted behind."""
ASKED = "收到可疑的信息，请派出所看看。对方是这样说的："


def bare(text: str) -> str:
    """What was pasted without control and direction-changing characters, however long: the page shows it again."""
    return clean(text, limit=len(text))


def story(text: str, *, moved: bool) -> str:
    """The text of a report about something pasted; empty for one that pasted nothing and lost nothing."""
    said = bare(text)
    if not said:
        return MOVED.partition("。")[0] + "。" if moved else ""
    return f"{MOVED if moved else ASKED}\n{said}"
