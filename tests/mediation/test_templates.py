"""A station's own templates: tried before they are used, and never trusted."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from fengqiao.audit.models import Entry
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.mediation import actions, queries
from fengqiao.mediation.models import DocumentTemplate
from fengqiao.mediation.rendering import MAX_TEMPLATE, render
from fengqiao.teams.models import Appointment
from tests.mediation.conftest import Room
from tests.mediation.test_documents import made, text_of


def paper(*lines: str) -> bytes:
    """A .docx with these paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(
    content: bytes, name: str, body: bytes | None = None, replace: tuple[bytes, bytes] | None = None
) -> bytes:
    """A package with a part added or changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.namelist():
            part = source.read(entry)
            target.writestr(entry, part.replace(*replace) if replace and entry == name else part)
        if body is not None:
            target.writestr(name, body)
    return out.getvalue()


GOOD = paper(
    "望河街道专用 {{ number }}", "{%p for p in parties %}", "{{ p.side }}：{{ p.name }}", "{%p endfor %}"
)


def test_own_template_is_used_and_the_built_in_comes_back(room: Room) -> None:
    case = room.started()
    row = actions.save_template("application", by=room.by("admin"), name="申请书-望河.docx", content=GOOD)
    assert row.kind == "application"
    text = made(room, case, "application")
    assert "望河街道专用 〔2026〕锦澜人调字第1号" in text
    assert "申请人：张建华" in text
    own = {t.kind: t.own_name for t in queries.templates()}
    assert own["application"] == "申请书-望河.docx"
    assert own["cover"] == ""
    assert actions.drop_template("application", by=room.by("admin")) == 1
    assert "望河街道专用" not in made(room, case, "application")
    assert DocumentTemplate.objects.count() == 1  # kept, set aside
    with pytest.raises(Refusal) as refusal:
        actions.drop_template("application", by=room.by("admin"))
    assert refusal.value.code == "already"
    verbs = set(Entry.objects.filter(object_type="template").values_list("verb", flat=True))
    assert verbs == {"mediation.template_saved", "mediation.template_dropped"}


def test_the_newest_of_one_kind_is_used(room: Room) -> None:
    for text in ("第一版 {{ number }}", "第二版 {{ number }}"):
        actions.save_template("cover", by=room.by("admin"), name="a.docx", content=paper(text))
    assert "第二版" in made(room, room.case(), "cover")


def test_the_built_in_one_can_be_changed_and_sent_back(room: Room) -> None:
    content = queries.builtin_template("agreement")
    actions.save_template("agreement", by=room.by("admin"), name="协议书.docx", content=content)
    case = room.started()
    room.agreed(case)
    assert "人民调解协议书" in made(room, case, "agreement")


@pytest.mark.parametrize("name", ["mediator", "officer", "head", "street_staff", "outsider", "nobody"])
def test_only_who_configures_the_place(room: Room, name: str) -> None:
    with pytest.raises(NotAllowed):
        actions.save_template("cover", by=room.by(name), name="a.docx", content=GOOD)
    with pytest.raises(NotAllowed):
        actions.drop_template("cover", by=room.by(name))


CONTENT_TYPES = "[Content_Types].xml"
RELS = "word/_rels/document.xml.rels"
MACRO = (b"wordprocessingml.document.main+xml", b"wordprocessingml.document.macroEnabled.main+xml")
LINKED = b"""<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"
 Target="%s" TargetMode="External"/></Relationships>"""


def linked(kind: bytes, target: bytes) -> bytes:
    return changed(GOOD, RELS, replace=(b"</Relationships>", LINKED % (kind, target)))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docm", GOOD, "bad_template"),
        ("a.doc", GOOD, "bad_template"),
        ("a.docx", b"", "too_large"),
        ("a.docx", b"not a zip", "bad_template"),
        ("a.docx", b"PK" + b"\0" * (MAX_TEMPLATE + 1), "too_large"),
        ("a.docx", changed(GOOD, CONTENT_TYPES, replace=MACRO), "macros"),
        ("a.docx", changed(GOOD, "word/vbaProject.bin", b"x"), "macros"),
        ("a.docx", changed(GOOD, "word/embeddings/oleObject1.docx", b"x"), "macros"),
        ("a.docx", changed(GOOD, "../evil.xml", b"<x/>"), "macros"),
        ("a.docx", changed(GOOD, "word/extra.xml", b"0" * 21_000_000), "too_large"),
        (
            "a.docx",
            changed(GOOD, "word/extra.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
            "bad_template",
        ),
        ("a.docx", linked(b"attachedTemplate", b"http://example.org/x.dotm"), "external"),
        ("a.docx", linked(b"image", b"http://10.0.0.1/x.png"), "external"),
        ("a.docx", linked(b"hyperlink", b"file:///etc/passwd"), "external"),
        (
            "a.docx",
            changed(
                GOOD,
                "word/document.xml",
                replace=(b"</w:p>", b"<w:r><w:instrText>DDEAUTO c:\\x</w:instrText></w:r></w:p>"),
            ),
            "external",
        ),
    ],
)
def test_packages_that_are_refused(room: Room, name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        actions.save_template("application", by=room.by("admin"), name=name, content=content)
    assert refusal.value.code == code
    assert not DocumentTemplate.objects.exists()


def test_a_link_to_a_web_page_is_allowed(room: Room) -> None:
    content = linked(b"hyperlink", b"https://example.org/")
    assert actions.save_template("application", by=room.by("admin"), name="a.docx", content=content).pk


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ number.__class__ }}",
        "{{ number.upper() }}",
        "{{ 'x' * 10 }}",
        "{{ 'a' ~ 'b' }}",
        "{% set a = 1 %}",
        "{{ range(9) }}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{{ number|center(100) }}",
        "{{ number|safe }}",
        "{{ number|attr('x') }}",
        "{{ cycler }}",
        "{{ _private }}",
        "{% for a in parties %}{% for b in parties %}{% for c in parties %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ no_such_field }}",
        "{{ parties[0].religion }}",
        "{{ number",
        "{% if %}",
        "{% endfor %}",
        "{%p for p in parties %}",
    ],
)
def test_expressions_that_are_refused(room: Room, line: str) -> None:
    with pytest.raises(Refusal) as refusal:
        actions.save_template("application", by=room.by("admin"), name="a.docx", content=paper(line))
    assert refusal.value.code == "bad_template"
    assert not DocumentTemplate.objects.exists()


def test_what_templates_may_say() -> None:
    lines = (
        "{% if total %}共 {{ total }}{% else %}无{% endif %}",
        "{{ applicant_names|default('无') }} {{ parties|length }} {{ parties[0].name }}",
        "{% for t in terms %}{{ loop.index }}{% if not loop.last %}、{% endif %}{% endfor %}",
    )
    data = {"total": "1", "applicant_names": "甲", "parties": [{"name": "乙"}], "terms": [{}, {}]}
    assert text_of(render(paper(*lines), data)).splitlines() == ["共 1", "甲 1 乙", "1、2"]


def test_output_is_bounded() -> None:
    lines = ["{% for a in rows %}{% for b in rows %}" + "字" * 900 + "{% endfor %}{% endfor %}"]
    with pytest.raises(Refusal):
        render(paper(*lines), {"rows": ["x"] * 400})


def test_only_made_papers_have_templates(room: Room) -> None:
    for kind, code in (("identity", "not_made"), ("poem", "unknown_paper")):
        with pytest.raises(Refusal) as refusal:
            actions.save_template(kind, by=room.by("admin"), name="a.docx", content=GOOD)
        assert refusal.value.code == code
    with pytest.raises(Refusal):
        queries.builtin_template("identity")


def test_the_administrator_of_a_part_does_not_change_the_papers_of_all(room: Room) -> None:
    """Templates are the whole station's."""
    Appointment.objects.filter(person=room.cast.people["admin"]).update(area=room.cast.areas["street"])
    with pytest.raises(NotAllowed):
        actions.save_template("application", by=room.by("admin"), name="a.docx", content=GOOD)
    with pytest.raises(NotAllowed):
        actions.drop_template("application", by=room.by("admin"))
    assert not DocumentTemplate.objects.exists()
