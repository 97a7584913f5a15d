"""The papers: in order, complete, holding the data, sealed on disk, read with a purpose."""

from __future__ import annotations

import io
import re
import runpy
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image

from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.mediation import actions, queries, store
from fengqiao.mediation.documents import context_of
from fengqiao.mediation.fields import FIELDS, ROW_FIELDS, sample
from fengqiao.mediation.models import Agreement, Document, MediationCase
from fengqiao.mediation.papers import load_papers
from fengqiao.mediation.rendering import render
from tests.mediation.conftest import WANG_ID, Room, at
from tests.paths import ROOT

MADE = [p.key for p in load_papers().values() if p.made]


def text_of(content: bytes) -> str:
    """All words of a .docx, tables and footers included."""
    paper = docx.Document(io.BytesIO(content))
    parts = [p.text for p in paper.paragraphs]
    parts += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    parts += [p.text for section in paper.sections for p in section.footer.paragraphs]
    return "\n".join(parts)


def made(room: Room, case: MediationCase, kind: str) -> str:
    paper = actions.make_document(case, by=room.by(), kind=kind)
    return text_of(actions.read_document(paper, by=room.by(), purpose="核对").content)


@pytest.fixture
def finished(room: Room) -> Agreement:
    """A mediation with a sitting, an agreement, a visit."""
    case = room.started()
    room.held(case)
    agreement = room.agreed(case)
    with clock.at(at(20, 15)):
        actions.record_performance(
            agreement.terms.get(position=1),
            by=room.by(),
            kept=True,
            note="闭水试验不漏",
            how="visit",
            party=case.parties.get(side="applicant"),
            satisfaction=3,
            worries="担心雨季",
        )
    return agreement


EXPECTED: dict[str, tuple[str, ...]] = {
    "cover": (
        "人民调解卷宗",
        "〔2026〕锦澜人调字第1号",
        "锦澜社区人民调解委员会",
        "张建华、刘芳",
        "10年",
        "2026年3月11日",
    ),
    "contents": ("卷内目录", "人民调解协议书"),
    "application": (
        "人民调解申请书",
        "申请人：张建华",
        "被申请人：刘芳",
        WANG_ID,
        "水渗到 202",
        "不收任何费用",
    ),
    "registration": (
        "受理登记表",
        "当事人申请",
        "邻里（漏水）",
        "修好防水，赔偿墙面 3000 元",
        "2026年3月18日",
    ),
    "rights": ("权利", "义务", "三十日内一起", "张建华", "2026年3月11日"),
    "consent": ("愿意调解", "当面", "李敏", "张建华", "刘芳"),
    "record": ("人民调解记录", "第 1 次", "10时00分", "锦澜警务室", "水滴了一个月", "双方同意", "50 分钟"),
    "agreement": (
        "人民调解协议书",
        "〔2026〕锦澜人调字第1号",
        "人民币叁仟元整（￥3,000.00）",
        "2026年3月31日前履行",
        "最后一天是2026年4月10日",
        "一式 3 份",
        "签名、盖章或按指印",
        "（印章）",
    ),
    "visit": ("回访记录", "已履行", "闭水试验不漏", "担心雨季", "满意", "上门，张建华"),
    "confirmation": ("司法确认申请书", "申请人一致说明", "请求确认", "2026年4月10日"),
    "closing": ("结案报告表", "达成书面协议", "履行中", "叁仟元整"),
    "back": ("卷宗封底", "本卷共"),
}


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_each_paper_holds_the_data(room: Room, finished: Agreement, kind: str) -> None:
    if kind == "contents":
        made(room, finished.case, "agreement")
    text = made(room, finished.case, kind)
    for words in EXPECTED[kind]:
        assert words in text, words
    assert "民族" not in text  # house rule 11: no such field
    assert "{" not in text
    assert "None" not in text


def test_the_oral_agreement_has_its_own_form(room: Room) -> None:
    agreement = room.agreed(form="oral", committee_sealed=False, signed_by_all=False)
    text = made(room, agreement.case, "oral")
    assert "口头协议登记表" in text
    assert "叁仟元整" in text
    with pytest.raises(Refusal) as refusal:
        actions.make_document(agreement.case, by=room.by(), kind="agreement")
    assert refusal.value.code == "too_early"


def test_a_draft_is_printed_to_be_signed(room: Room) -> None:
    case = room.started()
    actions.draft_agreement(case, by=room.by(), form="written", facts="302 防水失修", terms=room.terms(case))
    text = made(room, case, "agreement")
    assert "修好 302 卫生间的防水" in text
    assert "最后一天" not in text
    assert "年　　月　　日" in text


def test_special_signs_do_not_break_a_paper(room: Room) -> None:
    case = room.case(facts='<w:p> & "{{ number }}" {% if %} 他说：\n第二行\t完')
    room.both(case)
    text = made(room, case, "application")
    assert '<w:p> & "{{ number }}" {% if %} 他说：' in text
    assert "第二行" in text


def test_every_making_is_logged_for_every_party(room: Room, finished: Agreement) -> None:
    Entry.objects.filter(verb="contact.read").count()
    actions.make_document(finished.case, by=room.by(), kind="application")
    reads = Entry.objects.filter(
        verb="contact.read", object_type="party", data__purpose="制作文书：人民调解申请书"
    )
    assert {r.object_id for r in reads} == {str(p.pk) for p in finished.case.parties.all()}
    assert Entry.objects.filter(verb="mediation.document", object_id=str(finished.case_id)).exists()


def test_on_disk_a_paper_is_sealed(room: Room, finished: Agreement, settings: Any) -> None:
    paper = actions.make_document(finished.case, by=room.by(), kind="application")
    file = Path(settings.MEDIA_ROOT) / paper.path
    raw = file.read_bytes()
    assert not raw.startswith(b"PK")
    assert WANG_ID.encode() not in raw
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(Refusal) as refusal:
        actions.read_document(paper, by=room.by(), purpose="核对")
    assert refusal.value.code == "tampered"
    file.unlink()
    with pytest.raises(Refusal) as refusal:
        actions.read_document(paper, by=room.by(), purpose="核对")
    assert refusal.value.code == "gone"


def test_without_its_key_a_paper_is_gone(room: Room, finished: Agreement) -> None:
    paper = actions.make_document(finished.case, by=room.by(), kind="cover")
    Document.objects.filter(pk=paper.pk).update(wrapped_key=None)
    with pytest.raises(Refusal) as refusal:
        actions.read_document(paper, by=room.by(), purpose="核对")
    assert refusal.value.code == "erased"


def test_reading_needs_a_purpose_and_is_logged(room: Room, finished: Agreement) -> None:
    paper = actions.make_document(finished.case, by=room.by(), kind="cover")
    with pytest.raises(Refusal) as refusal:
        actions.read_document(paper, by=room.by(), purpose="")
    assert refusal.value.field == "purpose"
    file = actions.read_document(paper, by=room.by(), purpose="归档")
    assert file.name == "〔2026〕锦澜人调字第1号卷宗封面.docx"
    assert (
        Entry.objects.filter(verb="contact.read", object_type="document", object_id=str(paper.pk)).count()
        == 1
    )
    with pytest.raises(OutOfReach):
        actions.read_document(paper, by=room.by("outsider"), purpose="看看")


def test_a_full_disk_leaves_nothing(room: Room, finished: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(Refusal) as refusal:
        actions.make_document(finished.case, by=room.by(), kind="cover")
    assert refusal.value.code == "not_stored"
    assert not Document.objects.exists()


def test_the_file_lists_what_is_missing_in_binding_order(room: Room, finished: Agreement) -> None:
    case = finished.case
    before = queries.file_contents(case)
    assert [r.kind for r in before.rows] == list(load_papers())
    assert "人民调解申请书或人民调解受理登记表" in before.missing
    assert "身份证明" in before.missing
    assert "人民调解口头协议登记表" not in before.missing
    states = {r.kind: r.state for r in before.rows}
    assert (states["oral"], states["evidence"], states["record"]) == ("waiting", "on_need", "missing")
    for kind in ("cover", "registration", "rights", "consent", "record", "agreement", "back", "contents"):
        actions.make_document(case, by=room.by(), kind=kind)
    actions.receive_paper(case, by=room.by(), kind="identity", pages=2, note="复印件")
    after = queries.file_contents(case)
    assert after.complete
    assert {r.kind: r.need for r in after.rows}["visit"] == "O"


def test_an_untaken_or_refused_case_needs_fewer_papers(room: Room) -> None:
    case = room.case()
    party, _other = room.both(case)
    actions.record_consent(party, by=room.by(), given=False, how="电话", routes_told="法院")
    missing = queries.file_contents(case).missing
    assert "人民调解协议书" not in missing
    assert "人民调解记录" not in missing
    assert "当事人权利义务告知书" in missing


def test_the_contents_page_lists_what_is_there(room: Room, finished: Agreement) -> None:
    for kind in ("cover", "agreement", "rights"):
        actions.make_document(finished.case, by=room.by(), kind=kind)
    actions.receive_paper(finished.case, by=room.by(), kind="identity", pages=3)
    paper = actions.make_document(finished.case, by=room.by(), kind="contents")
    table = docx.Document(
        io.BytesIO(actions.read_document(paper, by=room.by(), purpose="归档").content)
    ).tables[0]
    rows = [[c.text for c in row.cells] for row in table.rows][1:]
    assert [r[:2] for r in rows] == [
        ["1", "当事人权利义务告知书"],
        ["2", "身份证明"],
        ["3", "人民调解协议书"],
    ]
    assert rows[1][3] == "3"


def test_received_papers(room: Room, finished: Agreement) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    row = actions.receive_paper(
        finished.case,
        by=room.by(),
        kind="receipts",
        title="转账截图",
        content=picture.getvalue(),
        filename="a.png",
    )
    file = actions.read_document(row, by=room.by(), purpose="核对付款")
    assert (file.content_type, file.content[:2]) == ("image/jpeg", b"\xff\xd8")
    pdf = actions.receive_paper(
        finished.case, by=room.by(), kind="agreement", content=b"%PDF-1.7 signed copy", filename="签字版.pdf"
    )
    assert actions.read_document(pdf, by=room.by(), purpose="核对").content_type == "application/pdf"
    only = actions.receive_paper(
        finished.case, by=room.by(), kind="evidence", note="照片 4 张，在卷宗里", pages=4
    )
    with pytest.raises(Refusal) as refusal:
        actions.read_document(only, by=room.by(), purpose="核对")
    assert refusal.value.code == "paper_only"


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\x00", b"x" * (10 * 2**20 + 1)]
)
def test_what_is_no_paper_is_refused(room: Room, finished: Agreement, content: bytes) -> None:
    with pytest.raises(Refusal):
        actions.receive_paper(finished.case, by=room.by(), kind="evidence", content=content, filename="a.jpg")
    assert not Document.objects.exists()


def test_kinds_that_are_not_made_or_unknown(room: Room, finished: Agreement) -> None:
    for kind, code in (("identity", "not_made"), ("poem", "unknown_paper")):
        with pytest.raises(Refusal) as refusal:
            actions.make_document(finished.case, by=room.by(), kind=kind)
        assert refusal.value.code == code


def test_the_list_of_fields_is_the_truth(room: Room, finished: Agreement) -> None:
    rows = [{"number": "1", "title": "x", "on": "", "pages": "", "note": ""}]
    context = context_of(finished.case, rows)
    singles = {k for k, v in context.items() if isinstance(v, str)}
    lists = {k: v for k, v in context.items() if isinstance(v, list)}
    assert singles == set(FIELDS)
    assert set(lists) == set(ROW_FIELDS) | {"applicants", "respondents"}
    for name, fields in ROW_FIELDS.items():
        assert lists[name], name
        assert set(lists[name][0]) == set(fields), name
        assert all(isinstance(v, str) for v in lists[name][0].values())
    assert set(sample()) == set(context)


@pytest.mark.parametrize("kind", MADE)
def test_every_built_in_template_opens_and_fills(kind: str) -> None:
    content = queries.builtin_template(kind)
    text = text_of(render(content, sample()))
    assert "{" not in text
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = package.read("word/document.xml").decode()
        style = package.read("word/styles.xml").decode()
        fonts = package.read("word/fontTable.xml").decode()
    assert "民族" not in body
    assert 'w:eastAsia="宋体"' in body or kind not in {"agreement", "record"}
    assert 'w:eastAsia="仿宋"' in style
    assert "altName" in fonts
    assert 'w:jc w:val="center"' in body


def test_the_committed_templates_are_what_the_tool_makes() -> None:
    build = runpy.run_path(str(ROOT / "tools" / "make_templates_mediation.py"))["build"]
    made_now = build()
    assert set(made_now) == {f"{kind}.docx" for kind in MADE}
    for kind in MADE:
        old, new = (
            zipfile.ZipFile(load_papers()[kind].builtin),
            zipfile.ZipFile(io.BytesIO(made_now[f"{kind}.docx"])),
        )
        assert sorted(old.namelist()) == sorted(new.namelist())
        assert all(old.read(name) == new.read(name) for name in old.namelist()), kind


def test_every_field_in_the_templates_is_listed() -> None:
    known = set(FIELDS) | {f for fields in ROW_FIELDS.values() for f in fields} | set(ROW_FIELDS)
    for kind in MADE:
        with zipfile.ZipFile(load_papers()[kind].builtin) as package:
            body = re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())
        used = set(re.findall(r"{{\s*(?:\w\.)?(\w+)\s*}}", body))
        assert used <= known, (kind, used - known)
