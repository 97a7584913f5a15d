"""Build the .docx template of the certificate: ``python tools/make_templates_teams.py [FOLDER]``.

The template is kept with the program; a station may change a copy in a word processor and put it into the
folder ``templates`` of its data directory. The fields are those of ``fengqiao.teams.certificates``. The output
is the same bytes every time.
"""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "src" / "fengqiao" / "teams" / "data" / "templates"
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the package format has no zone
STAMP = (1980, 1, 1, 0, 0, 0)
RED = RGBColor(0xB0, 0x1E, 0x23)

# text, size in points, bold, alignment, first-line indent, space before in points
LINES = [
    ("聘  书", 44, True, "center", False, 6),
    ("{{ number }}", 14, False, "center", False, 6),
    ("{{ name }} 同志：", 20, False, "left", False, 18),
    (
        "兹聘请您担任{{ scope }}{{ role }}，聘期自{{ start }}起{% if end %}，至{{ end }}止{% endif %}。",
        20,
        False,
        "left",
        True,
        8,
    ),
    ("{%p if duties %}", 12, False, "left", False, 0),
    ("职责：", 16, False, "left", True, 8),
    ("{%p for duty in duties %}", 12, False, "left", False, 0),
    ("{{ loop.index }}. {{ duty }}", 14, False, "left", True, 2),
    ("{%p endfor %}", 12, False, "left", False, 0),
    ("{%p endif %}", 12, False, "left", False, 0),
    ("{{ station }}（盖章）", 18, False, "right", False, 24),
    ("{{ issued }}", 18, False, "right", False, 6),
]
SIDES = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def build() -> bytes:
    """The template as bytes."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(3.6)
    section.top_margin = section.bottom_margin = Cm(2.2)
    style = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    for text, size, bold, side, indent, before in LINES:
        paragraph = document.add_paragraph()
        paragraph.alignment = SIDES[side]
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(0)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * size)
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold or None
        if bold:
            run.font.color.rgb = RED
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    properties = document.core_properties
    properties.author = properties.last_modified_by = "fengqiao"
    properties.title, properties.comments, properties.revision = "聘书", "", 1
    properties.created = properties.modified = MADE
    raw = io.BytesIO()
    document.save(raw)
    return _steady(raw.getvalue())


def _steady(content: bytes) -> bytes:
    """The same package with fixed times and order, so that building it again changes nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            new.writestr(zipfile.ZipInfo(name, STAMP), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main() -> None:
    """Write the template into the program, or into the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "certificate.docx"
    path.write_bytes(build())
    print(path)


if __name__ == "__main__":
    main()
