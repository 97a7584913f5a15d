"""Filling a .docx template: only fields, conditions and loops; no calls, no assignments, nothing from outside.

A template may come from a station, so it is read as untrusted: checked as a package before it is opened, its
expressions allowed node by node, its output bounded.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import docx
from django.utils.translation import gettext as _
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fengqiao.lib.errors import Refusal

MAX_TEMPLATE = 2 * 2**20
"""Bytes of an uploaded template."""
MAX_UNPACKED = 20 * 2**20
MAX_BODY = 1_500_000
"""Characters of the main text's XML."""
MAX_ENTRIES = 200
MAX_OUTPUT = 20_000_000
"""Characters one rendered part may have."""
MAX_DEPTH = 2
"""Loops inside loops."""

_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Filter, nodes.Test, nodes.Keyword,
)  # fmt: skip
_FILTERS = ("default", "d", "join", "length", "trim", "first", "last", "e", "escape")
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_FORBIDDEN_PARTS = re.compile(
    r"vbaProject|vbaData|activeX|embeddings/|afchunk|attachedToolbars|\.bin$|\.exe$|\.js$|\.htm",
    re.IGNORECASE,
)
_FORBIDDEN_TYPES = (b"macroEnabled", b"vbaProject", b"oleObject", b"activeX")
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_WEB = re.compile(rb"Target\s*=\s*[\"'](?:https?://|mailto:)", re.IGNORECASE)
_FIELD_TEXT = re.compile(rb"<w:instrText[^>]*>([^<]*)</w:instrText>")
_FORBIDDEN_FIELDS = re.compile(
    rb"DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|MACROBUTTON|\bLINK\b|DATABASE|MAILMERGE|\bASK\b|FILLIN",
    re.IGNORECASE,
)


class PaperEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for papers: every template is read node by node before it is compiled."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.concat = _bounded  # type: ignore[method-assign]

    def from_string(
        self,
        source: str | nodes.Template,
        globals: Any = None,
        template_class: type[Template] | None = None,
    ) -> Template:
        """A template, after every node of it was allowed. Raises SecurityError for anything else."""
        _allow(self.parse(source) if isinstance(source, str) else source)
        return super().from_string(source, globals, template_class)

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing may be called from a template."""
        return False


def _bounded(pieces: Iterable[str]) -> str:
    found, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_OUTPUT:
            raise SecurityError("too much output")
        found.append(piece)
    return "".join(found)


def _allow(tree: nodes.Node, depth: int = 0) -> None:
    for node in tree.iter_child_nodes():
        if not isinstance(node, _NODES) or (isinstance(node, nodes.For) and node.recursive):
            raise SecurityError(type(node).__name__)
        if isinstance(node, nodes.Name) and node.name.startswith("_"):
            raise SecurityError(node.name)
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise SecurityError(node.name)
        inner = depth + isinstance(node, nodes.For)
        if inner > MAX_DEPTH:
            raise SecurityError("loops in loops")
        _allow(node, inner)


def render(template: bytes, context: Mapping[str, Any]) -> bytes:
    """``template`` filled from ``context``, as a .docx. Raises Refusal in words when it cannot be filled."""
    try:
        paper = DocxTemplate(io.BytesIO(template))
        paper.render(dict(context), jinja_env=PaperEnvironment(), autoescape=True)
        out = io.BytesIO()
        paper.save(out)
        docx.Document(io.BytesIO(out.getvalue()))
    except UndefinedError as error:
        raise Refusal(
            _("模板里用到没有的字段：%(error)s。请照字段说明改") % {"error": _name_in(error)},
            code="bad_template",
        ) from error
    except SecurityError as error:
        raise Refusal(_("模板里只能用字段、条件和循环，不能调用或赋值"), code="bad_template") from error
    except TemplateError as error:
        raise Refusal(
            _("模板里的标记写得不对：%(error)s") % {"error": _short(error)}, code="bad_template"
        ) from error
    except (KeyError, ValueError, SyntaxError, AttributeError, zipfile.BadZipFile) as error:
        raise Refusal(_("这个模板打不开，请用 Word 或 WPS 另存为 .docx 再传"), code="bad_template") from error
    return out.getvalue()


def _name_in(error: UndefinedError) -> str:
    found = re.findall(r"'([^']+)'", str(error))
    return found[-1] if found else str(error)


def _short(error: TemplateError) -> str:
    return re.sub(r"<[^>]+>", "", str(error))[:120]


def check_package(content: bytes, filename: str) -> None:
    """Refuse what is not a plain .docx: macros, embedded things, outside links, bombs, entities."""
    if not filename.lower().endswith(".docx"):
        raise Refusal(_("请传 .docx 文件（不能带宏，不是 .doc、.docm）"), code="bad_template", field="file")
    if not content or len(content) > MAX_TEMPLATE:
        raise Refusal(
            _("模板最大 %(max_template)s MB") % {"max_template": MAX_TEMPLATE // 2**20},
            code="too_large",
            field="file",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_entries(package)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise Refusal(
            _("这不是能打开的 .docx 文件，请重新另存"), code="bad_template", field="file"
        ) from error


def _check_entries(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise Refusal(_("文件展开后太大，不像一份文书模板"), code="too_large", field="file")
    names = {e.filename for e in entries}
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise Refusal(_("这不是 Word 文档，请用 Word 或 WPS 另存为 .docx"), code="bad_template", field="file")
    for entry in entries:
        if _FORBIDDEN_PARTS.search(entry.filename) or ".." in entry.filename:
            raise Refusal(_("模板里有宏或嵌入的对象，请删掉后另存为 .docx"), code="macros", field="file")
        if entry.filename.endswith((".xml", ".rels")):
            _check_xml(entry.filename, package.read(entry))


def _check_xml(name: str, body: bytes) -> None:
    if name == "word/document.xml" and len(body) > MAX_BODY:
        raise Refusal(_("模板正文太长，请精简"), code="too_large", field="file")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Refusal(_("模板里有不允许的内容（实体声明），请重新另存"), code="bad_template", field="file")
    if name == "[Content_Types].xml" and (_MAIN not in body or any(t in body for t in _FORBIDDEN_TYPES)):
        raise Refusal(_("请传不带宏的 .docx 文件"), code="macros", field="file")
    if name.endswith(".rels"):
        for link in _EXTERNAL.findall(body):
            if not (_HYPERLINK.search(link) and _WEB.search(link)):
                raise Refusal(_("模板里连着外面的文件，请断开链接后另存"), code="external", field="file")
    if _FORBIDDEN_FIELDS.search(b"".join(_FIELD_TEXT.findall(body))):
        raise Refusal(_("模板里有会读取外部内容的域，请删掉后另存"), code="external", field="file")
