"""A paper being built for ``make_templates_mediation``: text, tables and fields of one .docx, always the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

BODY, TITLE, LATIN = "仿宋", "宋体", "Times New Roman"
FALLBACKS = {
    "仿宋": "FangSong,仿宋_GB2312,STFangsong,Noto Serif CJK SC",
    "宋体": "SimSun,NSimSun,STSong,Noto Serif CJK SC",
}
WIDTH = 15.6
"""Width of the text on A4 between the margins, centimetres."""
LINE = "______________"
TALL = 3.0
"""Rows of a form from this height on are written from the top (centimetres)."""
STAMP = (1980, 1, 1, 0, 0, 0)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class Page:
    """One paper being built."""

    def __init__(self, title: str, *, size: float = 14) -> None:
        self.doc = docx.Document()
        self._page()
        self._style(size)
        self._footer()
        properties = self.doc.core_properties
        properties.author = properties.last_modified_by = "fengqiao"
        properties.title, properties.comments = title, ""
        properties.created = properties.modified = MADE.replace(tzinfo=None)
        properties.revision = 1

    def _page(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)
        section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)

    def _style(self, size: float) -> None:
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = LATIN, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), BODY)
        form = style.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(round(size * 1.78))
        form.space_before = form.space_after = Pt(0)

    def _footer(self) -> None:
        paragraph = self.doc.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
            self._run(paragraph, text, size=10.5)
            if field:
                run = self._run(paragraph, "", size=10.5)
                for kind, content in (
                    ("begin", ""),
                    ("", field),
                    ("separate", ""),
                    ("text", "1"),
                    ("end", ""),
                ):
                    run._r.append(_field_part(kind, content))

    @staticmethod
    def _run(paragraph: Any, text: str, *, size: float = 0, bold: bool = False, font: str = "") -> Any:
        run = paragraph.add_run(text)
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if font:
            run.font.name = LATIN
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        return run

    def title(self, text: str, *, size: float = 22, new_page: bool = False) -> None:
        """A centred heading in bold 宋体."""
        paragraph = self.doc.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(size * 1.6)
        form.space_after = Pt(14)
        form.page_break_before = new_page or None
        form.keep_with_next = True
        self._run(paragraph, text, size=size, bold=True, font=TITLE)

    def line(self, text: str, *, align: str = "left", indent: bool = False, before: float = 0) -> None:
        """One paragraph; ``indent``: two characters in on the first line."""
        paragraph = self.doc.add_paragraph()
        paragraph.alignment = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
        }[align]
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(28)
        paragraph.paragraph_format.space_before = Pt(before)
        self._run(paragraph, text)

    def label(self, label: str, text: str, *, before: float = 6) -> None:
        """A paragraph that begins with a label in bold."""
        paragraph = self.doc.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(before)
        self._run(paragraph, f"{label}：", bold=True)
        self._run(paragraph, text)

    def mark(self, tag: str) -> None:
        """A paragraph that only steers the template (loop, condition) and vanishes."""
        self.doc.add_paragraph(f"{{%p {tag} %}}")

    def grid(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        head: bool = False,
        left: Sequence[int] = (),
    ) -> None:
        """A bordered table; a row of one ``{%tr %}`` mark steers a loop; ``head``: bold first row.

        Columns are centred, in a table with ``head`` all but those in ``left``, else every other one.
        """
        table = self.doc.add_table(rows=0, cols=len(widths))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        _widths(table, widths)
        for number, row in enumerate(rows):
            cells = table.add_row().cells
            for cell, width in zip(cells, widths, strict=True):
                cell.width = Cm(width)
            if len(row) == 1:
                cells[0].text = row[0]
                continue
            for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
                top = head and number == 0
                middle = top or (place not in left if head else place % 2 == 0)
                self._fill(cell, text, bold=top, middle=middle)

    def form(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """A two-column form: label, content, least height of the row in centimetres (0: as needed)."""
        table = self.doc.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        _widths(table, (3.2, WIDTH - 3.2))
        for label, text, height in rows:
            row = table.add_row()
            if height:
                row.height = Cm(height)
            for cell, width in zip(row.cells, (3.2, WIDTH - 3.2), strict=True):
                cell.width = Cm(width)
            row.cells[0].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            if height < TALL:
                row.cells[1].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            self._fill(row.cells[0], label, bold=True, middle=True)
            self._fill(row.cells[1], text)

    def _fill(self, cell: Any, text: str, *, bold: bool = False, middle: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        for number, part in enumerate(text.split("\n")):
            if number:
                paragraph = cell.add_paragraph()
            form = paragraph.paragraph_format
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(22)
            form.space_before = form.space_after = Pt(2)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if middle else WD_ALIGN_PARAGRAPH.LEFT
            self._run(paragraph, part, size=12, bold=bold)

    def signatures(self, *lines: str) -> None:
        """Lines to sign on, kept together."""
        for number, text in enumerate(lines):
            self.line(text, before=12 if number == 0 else 4)
            self.doc.paragraphs[-1].paragraph_format.keep_together = True

    def seal_row(self, date: str) -> None:
        """A last row of the form above, for the committee's seal and a date."""
        table = self.doc.tables[-1]
        row = table.add_row()
        row.height = Cm(2.2)
        cell = row.cells[0].merge(row.cells[1])
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        self._fill(cell, f"{{{{ committee }}}}（印章）\n{date}")
        for paragraph in cell.paragraphs:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def seal(self, who: str = "{{ committee }}", date: str = "{{ made_on }}") -> None:
        """Where the committee's seal goes, with the date below."""
        self.line(f"{who}（印章）", align="right", before=12)
        self.doc.paragraphs[-1].paragraph_format.keep_with_next = True
        self.line(date, align="right")

    def content(self) -> bytes:
        """The finished .docx, the same bytes at every run."""
        _alternatives(self.doc)
        raw = io.BytesIO()
        self.doc.save(raw)
        return _steady(raw.getvalue())


def _widths(table: Any, widths: Sequence[float]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)


def _field_part(kind: str, content: str) -> Any:
    if kind == "text":
        part = OxmlElement("w:t")
        part.text = content
    elif kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
    else:
        part = OxmlElement("w:instrText")
        part.set(qn("xml:space"), "preserve")
        part.text = f" {content} "
    return part


def _alternatives(doc: Any) -> None:
    """Name other fonts in the font table, for machines without 仿宋 and 宋体."""
    for part in doc.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            entries = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
                '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
                for name, others in FALLBACKS.items()
            )
            text = part.blob.decode("utf-8")
            if "仿宋" not in text:
                part._blob = text.replace("</w:fonts>", f"{entries}</w:fonts>").encode("utf-8")


def _steady(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            if name.endswith(".jpeg"):
                continue
            body = source.read(name)
            if name == "_rels/.rels":
                body = _without_thumbnail(body)
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, body)
    return out.getvalue()


def _without_thumbnail(rels: bytes) -> bytes:
    from lxml import etree

    root = etree.fromstring(rels)
    for relation in list(root):
        if relation.get("Type", "").endswith("/thumbnail"):
            root.remove(relation)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
