"""Reports, matters and replies between two installations that share no network: signed, idempotent files."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake import bundle_keys, bundle_pack, compose
from fengqiao.intake import import_batch as batch
from fengqiao.intake import rules as house
from fengqiao.intake.actions._base import record
from fengqiao.intake.bundle_keys import fingerprint, own_fingerprint, trust_peer
from fengqiao.intake.bundle_out import export_bundle, source_of
from fengqiao.intake.choices import Channel, ReportEventKind
from fengqiao.intake.compose import Draft
from fengqiao.intake.duplicates import Window
from fengqiao.intake.known import categories
from fengqiao.intake.models import BundleLog, BundlePeer, Report, ReportEvent, ReportMessage
from fengqiao.intake.placing import Spot, settle
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean, one_line
from fengqiao.matters.choices import Origin, Severity
from fengqiao.notices.actions import notify
from fengqiao.teams.queries import station
from fengqiao.territory.models import Area
from fengqiao.territory.roots import ensure_root

__all__ = ["Signer", "export_bundle", "import_bundle", "own_fingerprint", "signer_of", "trust_peer"]

BATCH = 200


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a bundle, for a person to confirm by telephone before trusting it."""

    station_uid: str
    name: str
    public_key: str
    fingerprint: str
    known: bool


def signer_of(path: Path) -> Signer:
    """Who signed the bundle at ``path``; nothing is taken in. Raises Refusal for a file that is no whole bundle."""
    with bundle_pack.opened(path) as archive:
        manifest = bundle_pack.read(path, archive).manifest
    known = BundlePeer.objects.filter(
        station_uid=manifest.station_uid, public_key=manifest.public_key
    ).exists()
    return Signer(
        str(manifest.station_uid),
        manifest.station_name,
        manifest.public_key,
        fingerprint(manifest.public_key),
        known,
    )


def import_bundle(path: Path, *, by: Actor) -> dict[str, int]:
    """Take in a bundle of a trusted station; reading it again adds nothing.

    Reports become reports here, under their own clocks; replies go to the report they answer, where its reporter
    reads them. Returns counts: reports, existing, refused, replies, updates. Raises Refusal for a file that is
    damaged, signed by a stranger (code "unknown_signer", with the fingerprint to compare) or meant for others.
    """
    bundle_keys.may_run(by)
    with bundle_pack.opened(path) as archive:
        bundle = bundle_pack.read(path, archive)
        peer = _trusted(bundle.manifest)
        counts = {"reports": 0, "existing": 0, "refused": 0, "replies": 0, "updates": 0}
        if BundleLog.objects.filter(uid=bundle.manifest.uid, direction="in").exists():
            return counts
        _take_reports(bundle.rows("reports.jsonl"), peer, by, counts)
        counts["updates"] = _take_each(bundle.rows("matters.jsonl"), lambda rows: _take_matters(rows, peer))
        counts["replies"] = _take_each(bundle.rows("replies.jsonl"), lambda rows: _take_replies(rows, peer))
        _log(bundle, peer, by, counts)
    return counts


@transaction.atomic
def _log(bundle: bundle_pack.Bundle, peer: BundlePeer, by: Actor, counts: Mapping[str, int]) -> None:
    uid = bundle.manifest.uid
    BundleLog.objects.get_or_create(
        uid=uid,
        defaults={
            "direction": "in",
            "peer": peer,
            "at": clock.now(),
            "counts": dict(counts),
            "sha256": bundle.sha256,
        },
    )
    append(Fact("bundle.imported", "bundle", str(uid), by.person_id, by.kind, dict(counts)))


def _trusted(manifest: bundle_pack.Manifest) -> BundlePeer:
    home = station()
    if manifest.station_uid == home.uid:
        raise Refusal(_("这是本单位自己导出的交换包，请拿给对方读入"), code="own_bundle")
    if manifest.peer is not None and manifest.peer != home.uid:
        raise Refusal(_("这个交换包是给别的单位的，没有读入任何内容"), code="not_for_us")
    peer = BundlePeer.objects.filter(station_uid=manifest.station_uid).first()
    shown = fingerprint(manifest.public_key)
    if peer is None:
        raise Refusal(
            _("还没有信任“%(station_name)s”。请打电话核对指纹 %(shown)s，一致后再信任、再读入")
            % {"station_name": manifest.station_name, "shown": shown},
            code="unknown_signer",
        )
    if peer.public_key != manifest.public_key:
        raise Refusal(
            _("“%(peer)s”的签名密钥换了。请打电话核对新指纹 %(shown)s，确认后重新信任")
            % {"peer": peer.name, "shown": shown},
            code="key_changed",
        )
    return peer


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, BATCH)):
        yield chunk


def _take_each(rows: Iterator[dict[str, Any]], take: Callable[[list[dict[str, Any]]], int]) -> int:
    return sum(take(chunk) for chunk in _chunks(rows))


def _take_reports(
    rows: Iterator[dict[str, Any]], peer: BundlePeer, by: Actor, counts: dict[str, int]
) -> None:
    context = batch.Context(by, categories(), Window.from_database())
    for chunk in _chunks(rows):
        entries = []
        for number, row in enumerate(chunk, start=1):
            try:
                entries.append(batch.Entry(number, _draft(row, peer, by)))
            except (Refusal, KeyError, TypeError, ValueError):
                counts["refused"] += 1
        fresh, written = batch.split_known(entries)
        batch.write(batch.prepare(fresh, context), context)
        counts["reports"] += len(fresh)
        counts["existing"] += written.existing
        _take_added(chunk, peer)


def _draft(row: Mapping[str, Any], peer: BundlePeer, by: Actor) -> Draft:
    title, text = compose.check_words(str(row["text"]), str(row.get("title", ""))[:200])
    origin = str(row.get("origin", ""))
    severity = row.get("severity")
    outside = row.get("outside_due_at")
    return Draft(
        channel=str(Channel.BUNDLE),
        origin=origin if origin in Origin.values else str(Origin.PARTNER),
        key=compose.stored_key(Channel.BUNDLE, f"{peer.station_uid}/{row['uid']}"),
        text=text,
        said_at=house.said_time(datetime.fromisoformat(str(row["said_at"])), clock.now()),
        spot=_spot(row),
        title=title,
        source=source_of(peer.station_uid),
        external_id=str(row["uid"])[:80],
        outside_due_at=datetime.fromisoformat(str(outside)) if outside else None,
        entered_by_id=by.person_id,
        severity_at_most=severity if severity in (Severity.DANGER, Severity.PRESSING) else None,
    )


def _spot(row: Mapping[str, Any]) -> Spot:
    """Where it is on our map: by area code, else by point, else unplaced with the other side's words."""
    area = Area.objects.filter(code=str(row.get("area_code") or "-"), valid_to__isnull=True).first()
    words = one_line(str(row.get("place_text", "")), limit=160)
    lat, lon = row.get("lat"), row.get("lon")
    if isinstance(lat, (int, float)) and isinstance(lon, (int, float)):
        return settle(area=area, place_text=words, lat=float(lat), lon=float(lon))
    if area is not None:
        return settle(area=area, place_text=words)
    named = one_line(f"{row.get('area_name', '')} {words}", limit=160)
    return Spot(ensure_root(), None, named, None, None, True)


def _local(rows: Iterable[Mapping[str, Any]], key: str, peer: BundlePeer) -> dict[str, Report]:
    """Our copies of the other side's reports, by the uid they have there."""
    wanted = [str(row.get(key, "")) for row in rows]
    found = Report.objects.filter(source=source_of(peer.station_uid), external_id__in=wanted)
    return {r.external_id: r for r in found.select_related("owner", "matter", "matter__owner")}


def _seen(reports: Iterable[Report]) -> set[str]:
    """Keys of what earlier bundles brought to these reports."""
    rows = [r.pk for r in reports]
    events = ReportEvent.objects.filter(report__in=rows).values_list("data", flat=True)
    return {str(data["bundle"]) for data in events if "bundle" in data}


def _partner(peer: BundlePeer) -> Actor:
    return Actor("partner", name=peer.name)


def _uid(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


@transaction.atomic
def _take_added(chunk: Iterable[Mapping[str, Any]], peer: BundlePeer) -> None:
    """What reporters added since, on our copies of their reports."""
    rows = [row for row in chunk if row.get("added")]
    mine = _local(rows, "uid", peer)
    seen = _seen(mine.values())
    for row in rows:
        report = mine.get(str(row.get("uid", "")))
        for said in row["added"] if report is not None else ():
            key = f"{peer.pk}:{said.get('key')}"
            if report is None or key in seen:
                continue
            words = clean(str(said.get("text", "")))
            seen.add(key)
            ReportMessage.objects.create(report=report, from_reporter=True, text=words, at=clock.now())
            record(report, ReportEventKind.ANSWERED, _partner(peer), words, data={"bundle": key})
            if report.owner is not None:
                notify(report.owner, "answered", "反映人补充了情况，请看收件", f"/desk/inbox/{report.pk}/")


@transaction.atomic
def _take_matters(chunk: Iterable[Mapping[str, Any]], peer: BundlePeer) -> int:
    """What the other side made of its own reports, noted on our copies."""
    rows = list(chunk)
    mine = _local(rows, "report", peer)
    seen = _seen(mine.values())
    done = 0
    for row in rows:
        report = mine.get(str(row.get("report", "")))
        key = f"{peer.pk}:{row.get('number')}:{row.get('version')}"
        if report is None or key in seen:
            continue
        seen.add(key)
        words = clean(str(row.get("words", "")), limit=1000)
        record(report, ReportEventKind.REPLIED, _partner(peer), words, data={"bundle": key})
        done += 1
    return done


@transaction.atomic
def _take_replies(chunk: Iterable[Mapping[str, Any]], peer: BundlePeer) -> int:
    """Replies to our own reports: the reporter reads them on the receipt."""
    rows = list(chunk)
    uids = [u for row in rows if (u := _uid(row.get("report"))) is not None]
    mine = {str(r.uid): r for r in Report.objects.filter(uid__in=uids).exclude(channel=Channel.BUNDLE)}
    seen = _seen(mine.values())
    done = 0
    for row in rows:
        report = mine.get(str(row.get("report", "")))
        key = f"{peer.pk}:{row.get('key')}"
        if report is None or key in seen:
            continue
        words = f"{peer.name}：{clean(str(row.get('words', '')), limit=4000)}"
        seen.add(key)
        ReportMessage.objects.create(report=report, from_reporter=False, text=words, at=clock.now())
        record(report, ReportEventKind.REPLIED, _partner(peer), words, data={"bundle": key})
        done += 1
    return done
