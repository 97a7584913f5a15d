"""How each operation on reports, receipts and imports is tried."""

from __future__ import annotations

import io

from PIL import Image

from fengqiao.intake import actions, imports
from fengqiao.intake.models import Attachment, ImportJob, Report
from fengqiao.matters import actions as matters
from tests.api.world import LEAK, Call, Row, World, csv, upload


def jpeg() -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 30, 30)).save(out, "JPEG")
    return out.getvalue()


def on_report(body: object = None, text: str = LEAK):  # type: ignore[no-untyped-def]
    """A call about a fresh report."""
    return lambda w: Call({"id": w.report(text).pk}, body if body is not None else {})


def a_matter_beside(w: World) -> Call:
    return Call({"id": w.report().pk}, {"matter": w.active().number})


def linked(w: World) -> Report:
    row = w.report()
    actions.link_report(row, by=w.cast.actor("duty"), matter=w.active())
    return row


def photographed(w: World) -> Attachment:
    row = w.report()
    return actions.add_photo(row, by=w.cast.actor("duty"), photos=[actions.UploadedPhoto("a.jpg", jpeg())])[0]


def by_code(body: object = None):  # type: ignore[no-untyped-def]
    return lambda w: Call({"code": w.report().code}, body)


def decided(w: World) -> Report:
    """A report whose matter has a result."""
    row = w.report()
    matter = actions.accept_report(
        row, by=w.cast.actor("duty"), category="NB2", owner=w.cast.people["officer"]
    )
    matters.accept(matter, by=w.cast.actor("officer"))
    matters.resolve(matter, by=w.cast.actor("officer"), outcome="settled", text="修好了", cause="老化")
    return row


def job(w: World) -> ImportJob:
    return imports.start_job("\r\n".join(TABLE).encode(), by=w.cast.actor("head"), name="试")


def on_job(body: object = None):  # type: ignore[no-untyped-def]
    return lambda w: Call({"uid": job(w).uid}, body)


def refused_sheet(w: World) -> Call:
    actions.refuse_report(w.outside(), by=w.cast.actor("duty"), to="城管 12319", why="不归我们")
    return Call({"office": "12345"}, {"format": "csv"})


TABLE = ("标题,内容", "漏水,501 漏水")
SHEET = ("工单编号,诉求内容", "WD-7,楼上漏水")
CHAT = {"text": "张三 10:02\n3 栋楼道灯坏了三天了\n李四 10:30\n菜场门口有人摆摊堵路"}
KEY = {"Idempotency-Key": "a-key"}

ROWS: dict[str, Row] = {
    "POST /reports": Row("volunteer", lambda w: Call({}, {"text": LEAK}, headers=KEY), 201, "open"),
    "GET /reports": Row("duty", lambda w: (w.report(), Call())[1], outsider="hidden", secret=lambda w: "501"),
    "GET /inbox": Row("duty", lambda w: (w.report(), Call())[1], outsider="hidden", secret=lambda w: "501"),
    "GET /reports/{id}": Row("duty", on_report()),
    "GET /reports/{id}/proposals": Row(
        "duty", on_report(), check=lambda w, out: out["categories"][0]["code"] == "NB2"
    ),
    "POST /reports/{id}/photos": Row(
        "duty", lambda w: Call({"id": w.report().pk}, form={"photos": upload("a.jpg", jpeg())}), 201
    ),
    "GET /photos/{uid}": Row("duty", lambda w: Call({"uid": photographed(w).uid})),
    "POST /inbox/accept": Row(
        "duty",
        lambda w: Call({}, {"reports": [w.report().pk]}),
        outsider="hidden",
        secret=lambda w: "2026-",
        check=lambda w, out: len(out) == 1,
    ),
    "POST /reports/{id}/accept": Row(
        "duty",
        on_report({"category": "NB2", "severity": 3}),
        check=lambda w, out: out["matter"] == "2026-00001",
    ),
    "POST /reports/{id}/accept-as-proposed": Row("duty", on_report()),
    "POST /reports/{id}/link": Row("duty", a_matter_beside),
    "POST /reports/{id}/unlink": Row("duty", lambda w: Call({"id": linked(w).pk}, {"reason": "不是一件事"})),
    "POST /reports/{id}/refuse": Row("duty", on_report({"to": "城管 12319", "why": "占道归城管"})),
    "POST /reports/{id}/ask": Row(
        "duty", on_report({"text": "几单元？"}), check=lambda w, out: out["state"] == "asking"
    ),
    "POST /reports/{id}/undo": Row("duty", lambda w: Call({"id": linked(w).pk}, {})),
    "POST /reports/{id}/correct-place": Row(
        "duty",
        lambda w: Call({"id": w.report().pk}, {"area": w.area("grid2")}),
        check=lambda w, out: out["area"]["code"] == w.area("grid2"),
    ),
    "POST /reports/{id}/correct-about": Row(
        "head", lambda w: Call({"id": w.report().pk}, {"about": w.id("officer"), "why": "点了名"})
    ),
    "POST /reports/{id}/raise-severity": Row("duty", on_report({"severity": 1, "why": "有人受伤"})),
    "POST /reports/{id}/hand-over": Row(
        "duty",
        lambda w: Call({"id": w.report().pk}, {"to": w.id("officer"), "why": "他熟"}),
        check=lambda w, out: out["owner"]["id"] == w.id("officer"),
    ),
    "POST /reports/{id}/contact": Row(
        "duty", on_report({"purpose": "电话问几单元"}), check=lambda w, out: out["phone"] == "13912345678"
    ),
    "GET /receipts/{code}": Row("", by_code(), outsider="open", check=lambda w, out: out["words"] == LEAK),
    "POST /receipts/{code}/answer": Row("", by_code({"text": "是二单元"}), outsider="open"),
    "POST /receipts/{code}/rate": Row(
        "", lambda w: Call({"code": decided(w).code}, {"score": 3}), outsider="open"
    ),
    "POST /receipts/{code}/ask-again": Row(
        "", lambda w: Call({"code": decided(w).code}, {"text": "又漏了"}), outsider="open"
    ),
    "POST /scam-check": Row(
        "",
        lambda w: Call({}, {"text": "快递丢失，请加理赔客服办三倍理赔"}),
        outsider="open",
        check=lambda w, out: (out["verdict"], out["code"]) == ("fraud", "FR4") and "96110" in str(out),
    ),
    "POST /chat/split": Row(
        "volunteer", lambda w: Call({}, CHAT), outsider="open", check=lambda w, out: out["fresh"] == 2
    ),
    "POST /chat": Row(
        "volunteer",
        lambda w: Call({}, {**CHAT, "area": w.area()}),
        outsider="open",
        check=lambda w, out: len(out) == 2,
    ),
    "POST /import-previews": Row(
        "head", lambda w: Call(form={"file": csv(*TABLE)}), outsider="open", check=lambda w, out: out["rows"]
    ),
    "GET /imports": Row("head", lambda w: (job(w), Call())[1], outsider="hidden", secret=lambda w: "试"),
    "POST /imports": Row("head", lambda w: Call(form={"file": csv(*TABLE)}), 201, "open"),
    "GET /imports/{uid}": Row("head", on_job()),
    "POST /imports/{uid}/step": Row("head", on_job({"seconds": 1}), check=lambda w, out: out["added"] == 1),
    "POST /imports/{uid}/cancel": Row("head", on_job()),
    "GET /imports/{uid}/errors.csv": Row("head", on_job()),
    "POST /outside/{office}/sheets": Row(
        "head", lambda w: Call({"office": "12345"}, form={"file": csv(*SHEET)}), 201, "open"
    ),
    "GET /outside/{office}/replies": Row(
        "head",
        refused_sheet,
        outsider="hidden",
        secret=lambda w: "WD-1",
        check=lambda w, out: out[0]["external_id"] == "WD-1",
    ),
    "POST /outside/{office}/replies/export": Row(
        "head", refused_sheet, outsider="hidden", secret=lambda w: "WD-1"
    ),
}
