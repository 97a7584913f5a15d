"""Tables as stations bring them: CSV, TSV, XLSX, in every encoding, and what must be refused."""

from __future__ import annotations

import csv
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sheetpackage import PackageCaps
from fengqiao.algorithms.tablefiles import Row, TableCaps, open_table, safe_cell
from tests.paths import DATA

TEXT = "编号,内容\n1,楼上漏水\n2,路灯不亮\n"


def rows(content: bytes, *, required: tuple[str, ...] = (), caps: TableCaps | None = None) -> list[Row]:
    with open_table(content, required=required, caps=caps) as table:
        return list(table)


def refused(content: bytes, **options: object) -> FileFault:
    with pytest.raises(FileFault) as caught:
        rows(content, **options)  # type: ignore[arg-type]
    return caught.value


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def sheet(*lines: tuple[object, ...]) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for line in lines:
            book.active.append(line)  # type: ignore[union-attr]

    return workbook(fill)


# delimited text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encodings_and_delimiters(codec: str, delimiter: str) -> None:
    content = TEXT.replace(",", delimiter).encode(codec)
    with open_table(content) as table:
        assert table.columns == ("编号", "内容")
        assert table.delimiter == delimiter
        assert list(table) == [
            Row(2, {"编号": "1", "内容": "楼上漏水"}),
            Row(3, {"编号": "2", "内容": "路灯不亮"}),
        ]


def test_commas_inside_a_tab_table_do_not_mislead() -> None:
    assert (
        rows("编号\t内容\n1\t漏水,很久了,没人管\n2\t灯坏,暗,怕\n".encode())[0].cells["内容"]
        == "漏水,很久了,没人管"
    )


def test_line_breaks_and_quotes_inside_a_cell_are_kept_as_said() -> None:
    content = '编号,内容\r\n1,"他说""别管"",\n然后走了 "\r\n'.encode()
    assert rows(content)[0].cells["内容"] == '他说"别管",\n然后走了 '


def test_a_stream_is_left_open_for_its_owner() -> None:
    stream = BytesIO(TEXT.encode())
    with open_table(stream) as table:
        list(table)
    assert not stream.closed


def test_a_path(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text(TEXT, encoding="gbk")
    with open_table(tmp_path / "表.csv") as table:
        assert len(list(table)) == 2
    with pytest.raises(FileFault, match="找不到"), open_table(tmp_path / "没有.csv"):
        pass


def test_titles_above_the_head_and_blank_rows() -> None:
    content = "望河街道事项表,,\n单位:望河派出所,,\n编号,内容,时间\n\n1,漏水,3 月\n".encode()
    assert rows(content) == [Row(5, {"编号": "1", "内容": "漏水", "时间": "3 月"})]


def test_missing_columns_name_those_that_exist() -> None:
    fault = refused(TEXT.encode(), required=("编号", "时间", "标题"))
    assert fault.code == "missing_columns"
    assert "“时间”、“标题”" in str(fault)
    assert "文件里有：编号、内容" in str(fault)


def test_unnamed_and_repeated_columns_get_names() -> None:
    with open_table("编号,,编号,内容\n1,2,3,4\n".encode()) as table:
        assert table.columns == ("编号", "第 2 列", "编号(2)", "内容")


def test_rows_with_too_many_cells_are_kept_with_their_fault() -> None:
    got = rows("编号,内容\n1,漏水\n2,路灯,不亮\n3\n".encode())
    assert [row.number for row in got] == [2, 3, 4]
    assert got[0].fault is None
    assert "3 格" in str(got[1].fault)
    assert got[2] == Row(4, {"编号": "3", "内容": ""})


def test_a_stray_quote_is_told_and_the_rest_is_read() -> None:
    got = rows('编号,内容\n1,"漏水"了\n2,路灯\n'.encode())
    assert "引号" in str(got[0].fault)
    assert got[1] == Row(3, {"编号": "2", "内容": "路灯"})


def test_a_quote_never_closed_is_told() -> None:
    got = rows(('编号,内容\n1,好\n2,"开了没关\n' + "3,x\n" * 20).encode())
    assert got[0].fault is None
    assert "引号不成对（文件第 3 行）" in str(got[-1].fault)


def test_cells_beyond_the_cap_are_cut_and_told() -> None:
    got = rows(f"编号,内容\n1,{'长' * 5000}\n".encode(), caps=TableCaps(cell=1000))
    assert len(got[0].cells["内容"]) == 1000
    assert "5,000 个字" in str(got[0].fault)


def test_one_hundred_thousand_characters_fit() -> None:
    got = rows(f"编号,内容\n1,{'长' * 100_000}\n".encode())
    assert got[0].fault is None
    assert len(got[0].cells["内容"]) == 100_000


def test_a_cell_beyond_what_csv_can_hold_is_told() -> None:
    got = rows(("编号,内容\n1,ok\n2," + "长" * 200_000 + "\n").encode())
    assert got[0].fault is None
    assert "长得不正常" in str(got[1].fault)


def test_emoji_bidi_and_nul_come_through() -> None:
    odd = "求助😢\u202eabc\x00def"
    assert rows(f"编号,内容\n1,{odd}\n".encode())[0].cells["内容"] == odd


def test_wholes_that_are_refused() -> None:
    assert refused(b"").code == "empty"
    assert refused(b"\n\n\n").code == "no_head"
    assert refused(TEXT.encode(), caps=TableCaps(bytes=10)).code == "too_large"
    assert refused((",".join(map(str, range(400))) + "\n").encode()).code == "too_many_columns"
    assert refused(b"a,b\n" + b"1,2\n" * 11, caps=TableCaps(rows=10)).code == "too_many_rows"
    assert refused(b"a" * (5 << 20)).code == "long_line"
    assert refused(b"\xd0\xcf\x11\xe0" + b"\0" * 600).code == "old_format"


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00\ufeff")), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_is_written_is_read(lines: list[list[str]]) -> None:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["甲", "乙", "丙"])
    writer.writerows(lines)
    got = rows(text.getvalue().encode("utf-8-sig"), required=("甲", "乙", "丙"))
    assert [list(row.cells.values()) for row in got] == [line for line in lines if any(line)]
    assert all(row.fault is None for row in got)


@pytest.mark.full
def test_a_million_rows_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        out.write("编号,标题,内容,时间\n")
        for number in range(1_000_000):
            out.write(f"{number},楼上漏水,三楼卫生间一直滴水没人管 {number},2026-03-01 08:00\n")
    tracemalloc.start()
    with open_table(path, required=("内容",)) as table:
        count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1_000_000
    assert peak < 40 << 20


def test_a_hundred_thousand_rows_stream() -> None:
    content = ("编号,内容\n" + "".join(f"{n},漏水第 {n} 次\n" for n in range(100_000))).encode()
    tracemalloc.start()
    with open_table(BytesIO(content)) as table:
        count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 16 << 20


@pytest.mark.skipif(DATA is None, reason="reference data not beside the project (FENGQIAO_TEST_DATA)")
def test_real_messages() -> None:
    assert DATA is not None
    with open_table(DATA / "complaints" / "messages.csv", required=("body", "time")) as table:
        got = list(table)
    assert len(got) == 3304
    assert not [row for row in got if row.fault]


# workbooks


def test_a_sheet_with_numbers_dates_and_yes_no() -> None:
    content = sheet(
        ("编号", "电话", "金额", "时间", "日期", "紧急"),
        (1, 13800001234.0, 12.5, datetime.fromisoformat("2026-03-01T09:30"), date(2026, 3, 1), True),
    )
    assert rows(content) == [
        Row(2, {"编号": "1", "电话": "13800001234", "金额": "12.5", "时间": "2026-03-01 09:30", "日期": "2026-03-01",
                "紧急": "TRUE"})
    ]  # fmt: skip


def test_a_merged_title_and_a_two_storey_head() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        page = book.active
        assert page is not None
        page.append(["临溪镇矛盾纠纷排查表"])
        page.append(["编号", "当事人", None, "内容", "办理", None])
        page.append([None, "姓名", "住址", None, "时间", "结果"])
        page.append([1, "赵某", "上柳村三组", "田界", "3 月", "已和解"])
        for merged in ("A1:F1", "A2:A3", "B2:C2", "D2:D3", "E2:F2"):
            page.merge_cells(merged)

    with open_table(workbook(fill), required=("内容",)) as table:
        assert table.columns == ("编号", "姓名", "住址", "内容", "时间", "结果")
        assert next(iter(table)).number == 4


def test_a_first_row_of_data_is_never_eaten_as_head() -> None:
    content = sheet(("编号", "内容", None, "时间"), (None, "漏水", "三楼", "3 月"))
    assert len(rows(content)) == 1


def test_formulas_with_a_stored_result_are_read_and_others_told() -> None:
    # openpyxl stores no results, as many programs do.
    got = rows(sheet(("编号", "金额"), (1, 100), (2, "=B2*2")))
    assert got[0].fault is None
    assert got[1].cells == {"编号": "2", "金额": ""}
    assert "“金额”是公式" in str(got[1].fault)
    stored = sheet(("编号", "金额"), (1, 100), (2, "=B2*2"))
    got = rows(replaced(stored, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>200</v>", b"<v />"))
    assert got[1] == Row(3, {"编号": "2", "金额": "200"})


def replaced(content: bytes, part: str, *swap: bytes) -> bytes:
    """The package with the first of the old pieces (first and third) replaced by the second in one part."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == part:
                for before in (swap[0], *swap[2:]):
                    body = body.replace(before, swap[1])
            new.writestr(name, body)
    return kept.getvalue()


def test_the_sheet_can_be_named_and_hidden_and_empty_ones_are_passed_over() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        assert book.active is not None
        book.active.title = "空"
        hidden = book.create_sheet("藏")
        hidden.append(["a", "b"])
        hidden.sheet_state = "hidden"
        book.create_sheet("事项").append(["编号", "内容"])

    content = workbook(fill)
    with open_table(content) as table:
        assert table.columns == ("编号", "内容")
    with open_table(content, sheet="藏") as table:
        assert table.columns == ("a", "b")
    with pytest.raises(FileFault, match="有：空、藏、事项"), open_table(content, sheet="没有"):
        pass


def test_a_lying_dimension_does_not_widen_the_rows() -> None:
    content = replaced(
        sheet(("编号", "内容"), (1, "漏水")), "xl/worksheets/sheet1.xml", b"A1:B2", b"A1:XFD1048576"
    )
    assert len(rows(content)) == 1


def zipped(parts: dict[str, bytes], *, base: bytes | None = None) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        if base:
            with zipfile.ZipFile(BytesIO(base)) as old:
                for name in old.namelist():
                    if name not in parts:
                        package.writestr(name, old.read(name))
        for name, body in parts.items():
            package.writestr(name, body)
    return kept.getvalue()


SOUND = sheet(("编号", "内容"), (1, "漏水"))


def test_a_bomb_is_refused_within_a_second() -> None:
    page = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    bomb = zipped({"xl/worksheets/sheet1.xml": page + b" " * (300 << 20)}, base=SOUND)
    assert len(bomb) < 1 << 20
    begun = time.perf_counter()
    assert refused(bomb).code == "bomb"
    assert time.perf_counter() - begun < 1.0


def test_a_directory_of_very_many_parts_is_refused_within_a_second() -> None:
    many = zipped({f"xl/p{n}.bin": b"" for n in range(20_000)}, base=SOUND)
    begun = time.perf_counter()
    assert refused(many).code == "bomb"
    assert time.perf_counter() - begun < 1.0


def test_large_string_tables_and_totals_are_capped() -> None:
    caps = TableCaps(package=PackageCaps(strings=1000))
    assert (
        refused(
            zipped({"xl/sharedStrings.xml": b"<sst>" + b"x" * 2000 + b"</sst>"}, base=SOUND), caps=caps
        ).code
        == "bomb"
    )
    assert refused(SOUND, caps=TableCaps(package=PackageCaps(unpacked=1000))).code == "bomb"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"]
)
def test_document_types_are_refused_in_every_part_and_encoding(part: str, encoding: str) -> None:
    evil = '<?xml version="1.0"?><!-- x --><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    assert refused(zipped({part: evil.encode(encoding)}, base=SOUND)).code == "entities"


def test_broken_and_foreign_packages() -> None:
    assert refused(SOUND[:-30]).code == "broken"
    assert refused(SOUND[:400]).code == "broken"
    assert refused(zipped({"a.txt": b"hello"})).code == "not_xlsx"
    assert refused(zipped({"xl/worksheets/sheet1.xml": b"no xml at all"}, base=SOUND)).code == "broken"
    assert refused(zipped({"xl/workbook.xml": b"<workbook/>"}, base=SOUND)).code in {"broken", "no_sheet"}
    garbled = bytearray(SOUND)
    garbled[len(garbled) // 3] ^= 0xFF
    assert refused(bytes(garbled)).code == "broken"


def test_a_sheet_cut_in_the_middle_is_refused_and_not_half_read() -> None:
    body = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    )
    assert refused(zipped({"xl/worksheets/sheet1.xml": body}, base=SOUND)).code == "broken"


# the other way


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\r=1",
        "=1",
        "\u200b=1",
        "\n=1",
        "+好",
        "-",
    ],
)
def test_texts_that_would_run_are_disarmed(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["", "漏水", "-3.5", "+8613800001234", "12%", "13800001234", "a=b", "3-2-501"]
)
def test_plain_texts_and_numbers_stay(text: str) -> None:
    assert safe_cell(text) == text


@given(st.text())
def test_no_text_breaks_an_xlsx(text: str) -> None:
    safe = safe_cell(text)
    assert not safe.startswith(("=", "@"))
    openpyxl.Workbook().active["A1"] = safe[:32_000]  # type: ignore[index]
