"""Errors that a person caused and a person can mend."""

from __future__ import annotations

from fengqiao.lib.wording import gettext as _


class Refusal(Exception):
    """Something asked for cannot be done; ``message`` says in the user's words and language what to do instead.

    Whoever raises one wraps the words in ``gettext``: they are put into the language of the page there and then.

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

    def __init__(self, message: str | None = None) -> None:
        super().__init__(
            _("没有找到，或者不在您的职责范围内") if message is None else message, code="not_found"
        )


class NotAllowed(Refusal):
    """The person sees the thing but this verb is not theirs; the message says whose it is."""

    def __init__(self, message: str | None = None) -> None:
        words = _("这一步不在您的职责里，请交给有这项职责的人") if message is None else message
        super().__init__(words, code="not_allowed")


class TooMany(Refusal):
    """Asked too often; doors answer 429 with ``Retry-After``. Nothing was looked up and nothing was written."""

    def __init__(self, seconds: int, message: str | None = None) -> None:
        if message is None:
            message = _(
                "这里一下子来得太多了，请过 %(seconds)s 秒再试。急事请打派出所值班电话，有危险打 110"
            ) % {"seconds": seconds}
        super().__init__(message, code="too_many_requests")
        self.seconds = seconds
