"""Is it a scam? The question of the residents' page, for programs of others: a town's app, a hotline's desk."""

from __future__ import annotations

from dataclasses import asdict

from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas.scams import ScamIn, ScamOut
from fengqiao.intake.scamhelp import answer_to
from fengqiao.lib import guard
from fengqiao.lib.policy import public

router = Door(tags=["scams"])


@router.post("/scam-check", response=ScamOut)
@public
def check(request: ApiRequest, body: ScamIn) -> ScamOut:
    """Does a message look like a scam, which kind, why, what to do now. Nothing sent is kept or logged."""
    guard.admit(request, "scams")
    return ScamOut.model_validate(asdict(answer_to(body.text)))
