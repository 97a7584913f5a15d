"""A chat pasted as text: what to do with each of its parts before they are received."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, words
from fengqiao.desk.forms.lists import DayField
from fengqiao.desk.pickers import area_options
from fengqiao.intake.chat import ChatPart, ChatPreview, preview_chat


class ChatForm(forms.Form):
    """The paste, and where what it speaks of is when its words do not say."""

    text = words(_("把群里的话整段贴进来"), rows=12)
    area = AreaField(label=_("没说地方的，算在哪一片"), required=False, blank=_("不知道"))
    day = DayField(label=_("最后一条是哪天说的"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].offer_areas(*area_options(by.scope))  # type: ignore[attr-defined]

    def preview(self) -> ChatPreview:
        """The paste split into reports. Raises Refusal."""
        return preview_chat(str(self.cleaned_data["text"]), day=self.cleaned_data["day"])


@dataclass(frozen=True)
class Piece:
    """A part as a person left it: kept or not, its words, whether it belongs to the one before."""

    part: ChatPart
    keep: bool
    text: str
    joined: bool


def pieces(preview: ChatPreview, data: Any) -> list[Piece]:
    """Each part with what was ticked and typed for it; before anything was, all that is new is kept."""
    asked = data is not None and data.get("step") == "receive"
    found = []
    for part in preview.parts:
        n = part.number
        keep = bool(data.get(f"keep_{n}")) if asked else not part.exists
        text = str(data.get(f"text_{n}", part.text)) if asked else part.text
        found.append(Piece(part, keep, text, asked and bool(data.get(f"join_{n}"))))
    return found


def to_receive(found: list[Piece]) -> list[ChatPart]:
    """The parts to receive: dropped ones left out, joined ones put together under the first one's author and time."""
    kept: list[ChatPart] = []
    for piece in found:
        text = piece.text.replace("\r\n", "\n").strip()
        if not piece.keep or not text:
            continue
        if piece.joined and kept:
            kept[-1] = _changed(kept[-1], f"{kept[-1].text}\n{text}")
        else:
            kept.append(piece.part if text == piece.part.text else _changed(piece.part, text))
    return kept


def _changed(part: ChatPart, text: str) -> ChatPart:
    """The part with other words, under a key of its own: the same change again is the same report."""
    seal = hashlib.sha256(f"{part.key}\n{text}".encode()).hexdigest()
    return replace(part, text=text, key=f"sha256-{seal}", exists=False)
