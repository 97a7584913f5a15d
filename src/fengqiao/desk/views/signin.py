"""Coming in and going out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from fengqiao.accounts.models import Person
from fengqiao.desk.demo import DEMO_PASSWORD, demo_accounts
from fengqiao.desk.forms.signin import SigninForm
from fengqiao.desk.page import go
from fengqiao.lib.guard import limited
from fengqiao.lib.policy import public, signed_in
from fengqiao.teams.scopes import scope_of


@public
@never_cache
@limited("signins")
@sensitive_post_parameters("password")
def signin(request: HttpRequest) -> HttpResponse:
    """Ask who it is; then on to where they were going, inside this house only. Locked doors: axes answers."""
    onward = local_path(request, request.POST.get("next") or request.GET.get("next", ""))
    if isinstance(request.user, Person) and request.user.is_active and request.method == "GET":
        return HttpResponseRedirect(onward or first_page(request.user))
    form = SigninForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        login(request, form.person)
        return HttpResponseRedirect(onward or first_page(form.person))
    accounts = demo_accounts() if settings.DEMO else []
    context = {"form": form, "next": onward, "accounts": accounts, "demo_password": DEMO_PASSWORD}
    context["unsent"] = "unsent" in request.GET
    return render(request, "desk/signin/signin.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """End the session here."""
    logout(request)
    return go(request, settings.LOGOUT_REDIRECT_URL)


def local_path(request: HttpRequest, wanted: str) -> str:
    """``wanted`` when it is a path of this site, else nothing."""
    allowed = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if allowed and wanted.startswith("/") and not wanted.startswith("//") else ""


def first_page(person: Person) -> str:
    """Where somebody starts: the desk for those who handle matters, else the pages for the pocket."""
    scope = scope_of(person)
    works = any(scope.can(right) for right in ("report.triage", "matter.handle", "people.see"))
    return "/field/" if scope.can("field.use") and not works else settings.LOGIN_REDIRECT_URL
