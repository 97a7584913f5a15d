"""Chat groups: what somebody pastes is split into reports, looked at, then received."""

from __future__ import annotations

from fengqiao.api import find, show_report
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import chat as bodies
from fengqiao.intake import chat
from fengqiao.intake.models import Report
from fengqiao.lib.policy import needs

router = Door(tags=["reports"])
receives = needs("report.receive")


@router.post("/chat/split", response=bodies.ChatPreviewOut)
@receives
def split(request: ApiRequest, body: bodies.ChatIn) -> bodies.ChatPreviewOut:
    """Split a paste into reports. Nothing is kept: a person looks at them first."""
    found = chat.preview_chat(body.text, day=body.day)
    return bodies.ChatPreviewOut(
        parts=[
            bodies.ChatPartOut(
                number=p.number,
                author=p.author,
                at=p.at,
                text=p.text,
                first_line=p.lines[0],
                last_line=p.lines[1],
                exists=p.exists,
            )
            for p in found.parts
        ],
        skipped=[
            bodies.ChatSkipOut(first_line=s.lines[0], last_line=s.lines[1], text=s.text, reason=s.reason)
            for s in found.skipped
        ],
        fresh=found.fresh,
    )


@router.post("/chat", response=list[bodies.ChatResultOut])
@receives
def receive(request: ApiRequest, body: bodies.ReceiveChat) -> list[bodies.ChatResultOut]:
    """Receive the chosen parts of a paste, each for itself. Pasting the same again adds nothing."""
    by, preview = request.auth, chat.preview_chat(body.text, day=body.day)
    done = chat.receive_chat(
        chat.chosen(preview, body.numbers) if body.numbers else preview.parts,
        by=by,
        area=find.area(body.area) if body.area else None,
        place=find.place(body.place, by.scope) if body.place else None,
    )
    made = [d.receipt.report.pk for d in done if d.receipt]
    seen = set(Report.objects.visible_to(by.scope).filter(pk__in=made).values_list("pk", flat=True))
    return [
        bodies.ChatResultOut(
            number=d.part.number,
            receipt=show_report.receipt(d.receipt)
            if d.receipt and (d.receipt.created or d.receipt.report.pk in seen)
            else None,
            words=d.words,
            grown=d.grown,
        )
        for d in done
    ]
