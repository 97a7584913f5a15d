"""是诈骗吗: paste, and read at once what to think and do. Nothing pasted is kept or logged."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fengqiao.intake.scamhelp import Answer, answer_to, general_advice
from fengqiao.lib import guard
from fengqiao.portal.forms import ScamForm, fresh_key
from fengqiao.portal.page import open_to_all, page, within_size
from fengqiao.portal.scam import bare


@open_to_all
@within_size
@require_http_methods(["GET", "HEAD", "POST"])
def scam(request: HttpRequest) -> HttpResponse:
    """The question and its answer on one page: a redirect would have to keep what was pasted somewhere."""
    if request.method != "POST":
        return _shown(request, ScamForm())
    form = ScamForm({"text": bare(request.POST.get("text", ""))})
    if seconds := guard.wait(request, "scams"):
        return _later(request, form, seconds)
    guard.charge(request, "scams")
    if not form.is_valid():
        return _shown(request, form, status=422)
    answer = _shown(request, form, answer_to(form.cleaned_data["text"]))
    # Going back from the report must find the answer again, not a question whether to send once more.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _shown(
    request: HttpRequest, form: ScamForm, answer: Answer | None = None, status: int = 200
) -> HttpResponse:
    advice = answer.advice if answer else general_advice()
    context = {"form": form, "answer": answer, "advice": advice, "key": fresh_key() if answer else ""}
    return page(request, "portal/scam.html", context, status=status)


def _later(request: HttpRequest, form: ScamForm, seconds: int) -> HttpResponse:
    """Too many at once from there: what to do in any case, and what was pasted to be asked again."""
    words = _("这里一下子问得太多，请过 %(n)s 秒再看一次，贴的还在。急的话不用等：打 96110；钱在转，打 110")
    form.add_error("text", words % {"n": seconds})
    answer = _shown(request, form, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
