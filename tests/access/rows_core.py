"""The desk's own pages, the inbox and its verbs, matters and theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.access.ground import Ground, moment
from tests.access.rows import BARE, OWN, Row, nothing, only
from tests.desk.test_verbs import TRIES

LISTS = "a list shows what is in reach: nothing, for somebody with nothing"
BRINGING = "reports are brought from anywhere; whoever may bring them sees only their own"
STAFF = ("staff", "area", "beat")
"""Names and ground of those who handle matters: somebody who is complained about must be named, wherever they work."""

PAGES: dict[str, Row] = {
    "desk:inbox": Row("duty", outsider=BARE, nobody=BARE, why=LISTS),
    "desk:report": Row("duty", lambda g: [g.report.pk]),
    "desk:accept": Row("duty", lambda g: [g.report.pk], only(category="NB2"), get=405),
    "desk:undo": Row("duty", lambda g: [g.kept.pk], nothing, get=405),
    "desk:proposal": Row("duty", lambda g: [g.report.pk]),
    "desk:beside": Row("duty", lambda g: [g.report.pk, g.kept.pk]),
    "desk:contact": Row("duty", lambda g: [g.report.pk], only(purpose="电话问几单元"), post=200),
    "desk:received": Row("duty", lambda g: [g.entered.pk]),
    "desk:by_code": Row("duty", lambda g: [g.report.code], get=302),
    "desk:new": Row(
        "duty",
        send=lambda g: {
            "key": "k-new",
            "channel": "phone",
            "text": "路灯不亮",
            "area": g.cast.areas["grid1"].pk,
        },
        outsider=BARE,
        why=BRINGING,
        tells=STAFF,
    ),
    "desk:chat": Row(
        "grid_worker",
        send=lambda g: {"text": "张三 10:02\n3 栋楼道灯坏了", "area": g.cast.areas["grid1"].pk},
        post=200,
        outsider=BARE,
        why=BRINGING,
    ),
    "desk:mine": Row("officer", outsider=BARE, nobody=BARE, why=LISTS),
    "desk:due": Row("duty", query="?what=promises&span=all&who=all", outsider=BARE, nobody=BARE, why=LISTS),
    "desk:veil": Row(
        "officer", send=nothing, get=405, nobody=BARE, outsider=BARE, why="kept in one's own session"
    ),
    "desk:search": Row("duty", query="?q=漏", outsider=BARE, why=LISTS),
    "desk:matters": Row("duty", query="?view=all", outsider=BARE, why=LISTS),
    "desk:bookmark": Row(
        "duty", send=only(name="漏水", query="q=漏"), get=405, outsider=BARE, why="kept in one's own session"
    ),
    "desk:export": Row(
        "head", send=only(format="csv", reason="季度分析用"), post=200, outsider=OWN, why=LISTS
    ),
    "desk:matter": Row("duty", lambda g: [g.active.number]),
    "desk:note": Row("officer", lambda g: [g.active.number], only(text="到场看过"), get=405),
    "desk:who": Row("duty", lambda g: [g.active.number]),
    "desk:photo": Row("duty", lambda g: [g.photo.uid]),
    "desk:map_near": Row(
        "duty",
        query="?at=30.02,120.02",
        outsider=BARE,
        nobody=BARE,
        why="streets, water and outlines without names: the public map shows the same",
    ),
}

RESTRICTED: dict[str, Row] = {
    "desk:report": Row("duty", lambda g: [g.sealed.pk]),
    "desk:beside": Row("duty", lambda g: [g.report.pk, g.sealed.pk]),
    "desk:matter": Row("duty", lambda g: [g.restricted.number]),
    "desk:who": Row("duty", lambda g: [g.restricted.number]),
    "desk:contact": Row("duty", lambda g: [g.sealed.pk], only(purpose="电话问几单元"), post=200),
    "field:matter": Row("officer", lambda g: [g.restricted.number]),
}
"""The same addresses about what is need-to-know."""


REPORT_VERBS: dict[str, Row] = {
    verb: Row("head" if verb == "about" else "duty", lambda g, r=row: [getattr(g, r).pk], send)  # type: ignore[misc]
    for verb, row, send in (
        ("refuse", "report", only(to="城管 12319", why="占道归城管")),
        ("ask", "report", only(text="几单元？")),
        ("place", "report", lambda g: {"area": g.cast.areas["grid2"].pk}),
        ("hand_over", "report", lambda g: {"to": g.pk("officer"), "why": "他熟"}),
        ("raise", "report", only(severity="1", why="有人受伤")),
        ("about", "report", lambda g: {"about": g.pk("officer"), "why": "点了名"}),
        ("link", "report", lambda g: {"matter": g.active.number}),
        ("unlink", "kept", only(reason="不是一件事")),
    )
}


def on_matter(verb: str) -> Row:
    """A verb as the desk's own tests try it."""
    who = next(t.who for t in TRIES if t.verb == verb)
    return Row(who, lambda g: [g.tries[verb][1].number], lambda g: {**g.tries[verb][2]})


def on_row(who: str, row: str, payload: Callable[[Ground], dict[str, Any]]) -> Row:
    """A verb about a row of a matter."""
    return Row(who, lambda g: [getattr(g, row).matter.number, getattr(g, row).pk], payload)


MATTER_VERBS: dict[str, Row] = {
    **{t.verb: on_matter(t.verb) for t in TRIES},
    "settle_promise": on_row("officer", "promise", only(kept="yes")),
    "withdraw_promise": on_row("officer", "promise", only(note="改约")),
    "leave": on_row("officer", "joint", only(why="不用了")),
    "decide": on_row(
        "officer",
        "consultation",
        lambda g: {
            "conclusion": "水务修",
            "what_1": "修主管",
            "due_1": moment(72),
            "partner_1": g.cast.partners["water"].pk,
        },
    ),
    "finish_task": on_row("officer", "task", only(result="换了管")),
    "follow_up": on_row("officer", "follow_up", only(result="held", note="没再漏")),
    "close": Row("officer", lambda g: [g.looked.number], only(why="住户搬走")),
    "unmerge": on_row("duty", "merged", nothing),
    "unlink": on_row("officer", "link", nothing),
}

BOARD = "the wall shows what is in reach: nothing, for somebody from elsewhere"

FIELD_AND_BOARD: dict[str, Row] = {
    "field:today": Row("officer", outsider=BARE, why=LISTS),
    "field:me": Row("officer", outsider=BARE, why="one's own page"),
    "field:note": Row(
        "officer",
        send=lambda g: {"key": "f" * 32, "kind": "leak", "area": g.cast.areas["grid1"].pk},
        post=302,
        outsider=BARE,
        why=BRINGING,
    ),
    "field:noted": Row("duty", lambda g: [g.entered.code]),
    "field:matters": Row("officer", outsider=BARE, why=LISTS),
    "field:matter": Row("officer", lambda g: [g.active.number]),
    "field:accept": Row("officer", lambda g: [g.states["assigned"].number], nothing, get=405, post=302),
    "field:progress": Row("officer", lambda g: [g.active.number], only(text="看过"), get=405, post=302),
    "field:follow_up": Row(
        "officer",
        lambda g: [g.follow_up.matter.number, g.follow_up.pk],
        only(result="held", note="没再漏"),
        get=405,
        post=302,
    ),
    "board:home": Row("duty", outsider=BARE, why=BOARD),
    "board:parts": Row("duty", outsider=BARE, why=BOARD),
    "board:map": Row("duty", outsider=BARE, why=BOARD),
    "board:points": Row("duty", outsider=BARE, why=BOARD),
}
