"""Reports, matters and replies carried between two networks: our fingerprint, whom we believe, files out and in."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.imports import BundleInForm, BundleOutForm, TrustForm
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.desk.room import drop, hand_out, keep, sent, waiting
from fengqiao.desk.views.imports import BUNDLE, tabs_for
from fengqiao.desk.views.people_duty import at_midnight
from fengqiao.intake import bundle_keys, bundles
from fengqiao.intake.models import BundleLog, BundlePeer
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs

_LOG = 20


def _words(counts: dict[str, int]) -> str:
    names = {
        "reports": _("反映"),
        "matters": _("事项"),
        "replies": _("答复"),
        "existing": _("已有"),
        "refused": _("不收"),
        "updates": _("进展"),
    }
    return _("，").join(f"{names.get(key, key)} {n}" for key, n in counts.items())


def _home(request: HttpRequest, out: BundleOutForm, into: BundleInForm, status: int) -> HttpResponse:
    actor = actor_of(request)
    rows = BundleLog.objects.select_related("peer").order_by("-pk")[:_LOG]
    context = {
        "tabs": tabs_for(actor, "bundles"),
        "fingerprint": bundle_keys.own_fingerprint(),
        "peers": [(p, bundle_keys.fingerprint(p.public_key)) for p in BundlePeer.objects.order_by("name")],
        "log": [(row, _words(row.counts)) for row in rows],
        "out": out,
        "into": into,
    }
    return page(request, "desk/imports/bundles.html", context, on="imports", status=status)


@needs(BUNDLE)
def home(request: HttpRequest) -> HttpResponse:
    """Fingerprint, peers, what went and came; bring a bundle."""
    into = BundleInForm(*sent(request))
    if request.method == "POST" and into.is_valid():
        held = keep(request, into.cleaned_data["file"], "bundle")
        return go(request, reverse("desk:bundle_look", args=[held.token]))
    return _home(request, BundleOutForm(), into, 422 if into.errors else 200)


@needs(BUNDLE)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """A signed file to carry over."""
    form = BundleOutForm(request.POST)
    if not form.is_valid():
        return _home(request, form, BundleInForm(), 422)
    since = form.cleaned_data["since"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"fengqiao-{clock.local(clock.now()):%Y%m%d-%H%M}.zip"
        bundles.export_bundle(
            path,
            by=actor_of(request),
            peer=form.cleaned_data["peer"],
            since=at_midnight(since) if since else None,
        )
        return hand_out(path.name, "application/zip", path.read_bytes())


@needs(BUNDLE)
def look(request: HttpRequest, token: str) -> HttpResponse:
    """Who signed a bundle; a known one is read in after a yes, an unknown one after its fingerprint was compared."""
    held, actor = waiting(request, token, "bundle"), actor_of(request)
    form = TrustForm(request.POST if "trust" in request.POST else None)
    context: dict[str, Any] = {"held": held, "form": form}
    status = 200
    try:
        context["signer"] = signer = bundles.signer_of(held.path)
        if "trust" in request.POST:
            status = _trust(form, signer, actor)
            if status == 303:
                messages.success(request, _("已信任，现在可以读入"))
                return go(request, request.path)
        elif request.method == "POST":
            counts = bundles.import_bundle(held.path, by=actor)
            drop(request, token)
            messages.success(request, _("读入好了：%(counts)s") % {"counts": _words(counts)})
            return go(request, reverse("desk:bundles"))
    except Refusal as refusal:
        context["refusal"], status = refusal, 422
    return page(request, "desk/imports/bundle.html", context, on="imports", status=status)


def _trust(form: TrustForm, signer: bundles.Signer, by: Actor) -> int:
    """303 when the station is believed from now on, else the status to answer with."""
    if not form.is_valid():
        return 422
    try:
        bundle_keys.trust_peer(
            by=by,
            name=form.cleaned_data["name"],
            station_uid=signer.station_uid,
            public_key=signer.public_key,
            confirmed=form.cleaned_data["confirmed"],
        )
    except Refusal as refusal:
        return refuse(form, refusal)
    return 303
