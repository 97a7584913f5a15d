"""How the operations on oneself and on the words of the place are tried."""

from __future__ import annotations

from fengqiao.accounts.actions import issue_token
from fengqiao.accounts.models import ApiToken
from fengqiao.accounts.scope import SYSTEM
from fengqiao.notices.actions import notify
from fengqiao.notices.models import Notice
from tests.api.world import Call, Row, World


def token(w: World) -> ApiToken:
    return issue_token(w.cast.people["head"], by=SYSTEM, label="要收回的").token


def notice(w: World) -> Notice:
    return notify(w.cast.people["officer"], "assigned", "新事项：501 漏水", "/desk/")


ROWS: dict[str, Row] = {
    "GET /categories": Row("officer", outsider="open", check=lambda w, out: len(out) > 100),
    "GET /states": Row(
        "officer", outsider="open", check=lambda w, out: out["matter_states"]["active"] == "在办"
    ),
    "GET /place": Row(
        "officer", outsider="open", check=lambda w, out: out["roles"]["beat_officer"] == "社区民警"
    ),
    "GET /search": Row(
        "officer",
        lambda w: (w.matter(), w.report(), Call(query={"q": "漏"}))[2],
        outsider="hidden",
        secret=lambda w: "501",
        check=lambda w, out: len(out["matters"]) == 1 and len(out["reports"]) == 1,
    ),
    "GET /counts": Row(
        "officer",
        lambda w: (w.matter(), Call())[1],
        outsider="open",
        check=lambda w, out: out["matters"]["mine"] == 1,
    ),
    "GET /me": Row("officer", outsider="open", check=lambda w, out: out["roles"] == ["beat_officer"]),
    "POST /me/language": Row(
        "officer",
        lambda w: Call({}, {"language": "en"}),
        outsider="open",
        check=lambda w, out: out["language"] == "en",
    ),
    "GET /me/tokens": Row(
        "head", lambda w: (token(w), Call())[1], outsider="hidden", secret=lambda w: "要收回的"
    ),
    "POST /me/tokens": Row(
        "head",
        lambda w: Call({}, {"label": "接口", "days": 30}),
        201,
        "open",
        check=lambda w, out: out["secret"].startswith("fq_"),
    ),
    "DELETE /me/tokens/{id}": Row(
        "head", lambda w: Call({"id": token(w).pk}), check=lambda w, out: out["revoked_at"]
    ),
    "GET /me/notices": Row(
        "officer", lambda w: (notice(w), Call())[1], outsider="hidden", secret=lambda w: "501"
    ),
    "POST /me/notices/{id}/read": Row(
        "officer", lambda w: Call({"id": notice(w).pk}), check=lambda w, out: out["read_at"]
    ),
    "POST /me/notices/read-all": Row("officer", outsider="open"),
}
