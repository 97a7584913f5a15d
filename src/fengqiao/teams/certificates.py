"""The certificate of an appointment (聘书) as a .docx, filled from a template a station may replace.

The template is ``certificate.docx`` in the folder ``templates`` of the data directory where there is one, else
the one that comes with the program. Fields: station, name, title, employer, role, scope, number, duties (a
list), start, end (the last day; empty for no end), issued.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.teams.models import Appointment, Station

OWN = Path(__file__).resolve().parent / "data" / "templates" / "certificate.docx"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Certificate:
    """A printed certificate: its file name and its bytes."""

    filename: str
    content: bytes


def template_path() -> Path:
    """The station's own template, else the one that comes with the program."""
    placed = Path(settings.DATA_DIR) / "templates" / OWN.name
    return placed if placed.is_file() else OWN


def in_words(day: date) -> str:
    """A day as papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def fields_of(appointment: Appointment, station: Station) -> dict[str, Any]:
    """What a template may use."""
    words = {r.key: r.zh for r in current_place().roles}
    person = appointment.person
    return {
        "station": station.name,
        "name": person.name,
        "title": person.title,
        "employer": person.employer,
        "role": words.get(appointment.role, appointment.role),
        "scope": str(appointment.area or appointment.beat or ""),
        "number": appointment.certificate_no,
        "duties": [line.strip() for line in appointment.duties.splitlines() if line.strip()],
        "start": in_words(appointment.valid_from),
        "end": in_words(appointment.valid_to - timedelta(days=1)) if appointment.valid_to else "",
        "issued": in_words(clock.local(appointment.created_at).date()),
    }


def render(appointment: Appointment, station: Station) -> Certificate:
    """Fill the template. Raises Refusal when a station's own template cannot be used."""
    path = template_path()
    try:
        paper = DocxTemplate(path)
        # Names are data, never markup; and a template can only print fields, not reach into the program.
        paper.render(
            fields_of(appointment, station), jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True
        )
        out = io.BytesIO()
        paper.save(out)
    except (PackageNotFoundError, zipfile.BadZipFile, TemplateError, KeyError, ValueError) as error:
        words = _("聘书模板 %(path)s 用不了，请照说明改好，或删掉它用自带的模板") % {"path": path.name}
        raise Refusal(words, code="bad_template") from error
    return Certificate(f"聘书-{appointment.person.name}-{appointment.certificate_no}.docx", out.getvalue())
