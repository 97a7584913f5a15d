"""Errors that a person caused and a person can mend."""

from __future__ import annotations


class Refusal(Exception):
    """Something asked for cannot be done; ``message`` says in the user's words what to do instead.

    ``code`` is stable and machine-readable (the API passes it on); ``field`` names the input at fault.
    Nothing was changed when it is raised: every action runs in one transaction.
    """

    def __init__(self, message: str, *, code: str = "refused", field: str = "") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.code = code
        self.field = field


class OutOfReach(Refusal):
    """The thing is not there for this person. Doors answer 404: whether it exists is not told."""

    def __init__(self, message: str = "没有找到，或者不在您的职责范围内") -> None:
        super().__init__(message, code="not_found")


class NotAllowed(Refusal):
    """The person sees the thing but this verb is not theirs; the message says whose it is."""

    def __init__(self, message: str = "这一步不在您的职责里，请交给有这项职责的人") -> None:
        super().__init__(message, code="not_allowed")


class TooMany(Refusal):
    """Asked too often; doors answer 429 with ``Retry-After``. Nothing was looked up and nothing was written."""

    def __init__(self, seconds: int, message: str = "") -> None:
        words = (
            message or f"这里一下子来得太多了，请过 {seconds} 秒再试。急事请打派出所值班电话，有危险打 110"
        )
        super().__init__(words, code="too_many_requests")
        self.seconds = seconds
