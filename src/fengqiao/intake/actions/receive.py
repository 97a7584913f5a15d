"""Taking in what somebody says: fast, durable, never twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import CharField, Q
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import append_many
from fengqiao.intake import about as named
from fengqiao.intake import compose, duplicates, engine, files, rules
from fengqiao.intake.actions._base import fact_of
from fengqiao.intake.choices import Channel
from fengqiao.intake.compose import Draft
from fengqiao.intake.drafts import ContactDraft, Receipt, UploadedPhoto
from fengqiao.intake.engine import Reading
from fengqiao.intake.first_look import first_look
from fengqiao.intake.known import categories
from fengqiao.intake.models import Attachment, Report
from fengqiao.intake.placing import settle
from fengqiao.intake.search import index_reports
from fengqiao.lib import clock
from fengqiao.lib.db.prepared import Prepared, Slot, insert
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.matters.choices import Origin
from fengqiao.notices.actions import notify
from fengqiao.territory.models import Area, Place

RESIDENT_CHANNELS = {Channel.PORTAL, Channel.API}
_KEY, _SOURCE, _NUMBER = (Slot(name, CharField()) for name in ("key", "source", "number"))


def _known_by(same: Q) -> Prepared:
    return Prepared(lambda: Report.objects.filter(same).values_list("pk", "idempotency_key")[:2])


_SENT = _known_by(Q(idempotency_key=_KEY))
_OUTSIDE = _known_by(Q(idempotency_key=_KEY) | Q(source=_SOURCE, external_id=_NUMBER))


def receive_report(
    *,
    by: Actor,
    channel: str,
    text: str,
    key: str,
    title: str = "",
    said_at: datetime | None = None,
    area: Area | None = None,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
    contact: ContactDraft | None = None,
    anonymous: bool | None = None,
    source: str = "",
    external_id: str = "",
    outside_due_at: datetime | None = None,
    author_ref: str = "",
    origin: str | None = None,
    about: Person | None = None,
    photos: Sequence[UploadedPhoto] = (),
    severity_at_most: int | None = None,
) -> Receipt:
    """Take in one report; when this returns it is on disk, with an owner, a next step and a time.

    Points are WGS-84 degrees, times aware. ``key`` makes repeated sending harmless: the same key (or the same
    ``source`` and ``external_id``) gives back the first report with ``created`` False. ``anonymous`` True keeps
    no contact whatever is in ``contact``. ``severity_at_most``: a person says it is at least this urgent. Text
    engines run before the write and can only propose; the keyword floor alone raises the severity.

    Raises NotAllowed for somebody who may not bring reports, Refusal for words, times, places, numbers or photos
    that cannot be kept, and for a key that already stands for other words (code "key_reused").
    """
    _may_receive(by, channel)
    stored = compose.stored_key(channel, key)
    head, words = compose.check_words(text, title)
    source, external_id = _outside(source, external_id)
    earlier = _earlier(stored, source, external_id)
    if earlier is not None:
        return _again(earlier, stored, words)
    moment = clock.now()
    reference, _personal = compose.safe_author(author_ref)
    draft = Draft(
        channel=channel,
        origin=_origin(origin, channel),
        key=stored,
        text=words,
        said_at=rules.said_time(said_at, moment),
        spot=settle(area=area, place=place, place_text=place_text, lat=lat, lon=lon),
        title=head,
        source=source,
        external_id=external_id,
        author_ref=reference,
        outside_due_at=outside_due_at,
        contact=compose.check_contact(contact, anonymous),
        about_id=about.pk if about else None,
        avoid=frozenset({about.pk}) if about else frozenset(),
        entered_by_id=by.person_id,
        severity_at_most=severity_at_most,
    )
    return take_in(draft, by=by, photos=photos)


def take_in(draft: Draft, *, by: Actor, photos: Sequence[UploadedPhoto] = ()) -> Receipt:
    """Read, propose and write one checked draft; see ``receive_report``."""
    reading = engine.read(draft.words, near=engine.near_of(draft.spot))
    draft = named.route_around(draft, reading)
    stored = files.store_photos(photos) if photos else []
    found = duplicates.find(draft)
    owner = first_look(draft.spot.area, draft.avoid)
    try:
        with transaction.atomic():
            report = _write(draft, reading, owner, by, found, stored)
    except IntegrityError:
        earlier = _earlier(draft.key, draft.source, draft.external_id)
        if earlier is None:
            raise
        return _again(earlier, draft.key, draft.text)
    return Receipt(report, created=True)


def _write(
    draft: Draft,
    reading: Reading,
    owner: Person,
    by: Actor,
    found: Sequence[duplicates.Duplicate],
    photos: Sequence[files.StoredPhoto],
) -> Report:
    now = clock.now()
    known = categories()
    report = compose.report_of(draft, reading, known, now)
    report.owner = owner
    insert([report])
    contact = compose.contact_of(draft, report)
    if contact is not None:
        contact.save(force_insert=True)
    rows = compose.suggestions_of(report, reading, known, now)
    rows += duplicates.suggestions_of(report, found, now)
    insert(rows)
    keep_photos(report, photos, by)
    event = compose.received_event(report, by, now)
    insert([event])
    append_many([fact_of(event, report)])
    index_reports([report])
    if report.severity <= rules.TELL_AT_ONCE and owner.pk != by.person_id:
        notify(owner, "report_urgent", urgent_words(report), inbox_link(report), urgent=True)
    return report


def keep_photos(report: Report, photos: Sequence[files.StoredPhoto], by: Actor) -> list[Attachment]:
    """Rows for photos that are on disk already."""
    return Attachment.objects.bulk_create(
        [
            Attachment(
                report=report,
                sha256=photo.sha256,
                path=photo.path,
                width=photo.width,
                height=photo.height,
                bytes=photo.bytes,
                added_at=clock.now(),
                added_by_id=by.person_id,
            )
            for photo in photos
        ]
    )


def urgent_words(report: Report) -> str:
    """What a notice says of an urgent report: never whose words, nothing at all of a need-to-know one."""
    if report.restricted:
        return "一件需要保密的急件，请马上看"
    return f"急件，请马上看：{report.title or report.text}"


def inbox_link(report: Report) -> str:
    """The page of a report at the desk. By number: the receipt code is the resident's key and stays out of links."""
    return f"/desk/inbox/{report.pk}/"


def _may_receive(by: Actor, channel: str) -> None:
    if channel not in Channel.values:
        raise Refusal(_("不认识的来源渠道"), code="bad_channel", field="channel")
    if by.kind == "person" and not by.scope.can("report.receive"):
        raise NotAllowed(_("登记反映不在您的职责里，请交给值班民警"))
    if by.kind == "resident" and channel not in RESIDENT_CHANNELS:
        raise NotAllowed(_("这个渠道要由工作人员登记"))


def _origin(origin: str | None, channel: str) -> str:
    if origin is None:
        return str(compose.ORIGINS[channel])
    if origin not in Origin.values:
        raise Refusal(_("不认识的来源"), code="bad_origin", field="origin")
    return origin


def _outside(source: str, external_id: str) -> tuple[str, str]:
    return (
        compose.fits(source, what=_("来源名"), limit=60, field="source"),
        compose.fits(external_id, what=_("对方编号"), limit=80, field="external_id"),
    )


def _earlier(key: str, source: str, external_id: str) -> Report | None:
    """The report this key or outside number stands for already."""
    if external_id:
        found = list(_OUTSIDE.rows(key=key, source=source, number=external_id))
    else:
        found = list(_SENT.rows(key=key))
    if not found:
        return None
    by_key = next((pk for pk, stored in found if stored == key), found[0][0])
    return Report.objects.select_related("area", "owner").get(pk=by_key)


def _again(earlier: Report, key: str, words: str) -> Receipt:
    if earlier.idempotency_key == key and earlier.text != words:
        raise Refusal(
            _(
                "这份表单已经提交过一次，现在内容不同。先前的已经收到；要补充请到查询页，另一件事请重新打开表单"
            ),
            code="key_reused",
            field="key",
        )
    return Receipt(earlier, created=False)
