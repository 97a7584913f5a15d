"""What the holder of a receipt code may do, without signing in. The code is the key: 60 random bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas.receipts import AgainOut, Answer, ProgressOut, Rate
from fengqiao.intake import actions, queries
from fengqiao.lib import guard
from fengqiao.lib.errors import OutOfReach, TooMany
from fengqiao.lib.policy import public

router = Door(tags=["receipts"])

ReceiptCode = Annotated[str, Field(max_length=40, examples=["7K3M-9QPA-X2WD"])]


@contextmanager
def guessing(request: ApiRequest, *, adds: bool = False) -> Iterator[None]:
    """Count codes that open nothing, and what is added, by the caller's address. Raises TooMany."""
    if seconds := guard.wait(request, "guesses"):
        raise TooMany(seconds)
    if adds:
        guard.admit(request, "additions")
    try:
        yield
    except OutOfReach:
        guard.charge(request, "guesses")
        raise


@router.get("/receipts/{code}", response=ProgressOut)
@public
def progress(request: ApiRequest, code: ReceiptCode) -> ProgressOut:
    """How a report stands: what was done, what comes next and by when, who looked at the contact."""
    with guessing(request):
        view = asdict(queries.receipt_view(code))
    return ProgressOut.model_validate({name: view[name] for name in ProgressOut.model_fields})


@router.post("/receipts/{code}/answer", response=ProgressOut)
@public
def answer(request: ApiRequest, code: ReceiptCode, body: Answer) -> ProgressOut:
    """Add something, or answer a question."""
    with guessing(request, adds=True):
        actions.answer(code, text=body.text)
    return progress(request, code)


@router.post("/receipts/{code}/rate", response=ProgressOut)
@public
def rate(request: ApiRequest, code: ReceiptCode, body: Rate) -> ProgressOut:
    """Say how satisfied one is with the result."""
    with guessing(request, adds=True):
        actions.rate_report(code, score=body.score, comment=body.comment)
    return progress(request, code)


@router.post("/receipts/{code}/ask-again", response=AgainOut)
@public
def ask_again(request: ApiRequest, code: ReceiptCode, body: Answer) -> AgainOut:
    """It is not solved: the matter is taken up again, or a fresh report is made of these words."""
    with guessing(request, adds=True):
        found = actions.ask_again(code, text=body.text)
    return AgainOut(code=found.report.code, reopened=found.reopened)
