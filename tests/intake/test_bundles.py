"""Bundles between two installations: signed, idempotent, refused whole when anything is wrong."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import QuerySet
from pytest_django import Settings

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake import bundle_keys, bundle_pack, bundles
from fengqiao.intake.actions import ContactDraft, accept_report, answer, ask
from fengqiao.intake.models import BundleLog, BundlePeer, Report, ReportEvent
from fengqiao.intake.public import receipt_view
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.teams.models import Station
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, bring, engine_with, report, says

HERE, THERE = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-0000000000ff"


@contextmanager
def as_station(uid: str, settings: Settings, folder: Path) -> Iterator[None]:
    """Be another installation for a while: its own identity and signing key."""
    before, key_file = Station.objects.get().uid, settings.KEY_FILE
    settings.KEY_FILE = folder / uid / "keys.json"
    (folder / uid).mkdir(exist_ok=True)
    Station.objects.update(uid=uuid.UUID(uid))
    try:
        yield
    finally:
        Station.objects.update(uid=before)
        settings.KEY_FILE = key_file


def peer_of(signer: bundles.Signer, by: Any = SYSTEM) -> BundlePeer:
    return bundles.trust_peer(
        by=by,
        name=signer.name + signer.station_uid[-2:],
        station_uid=signer.station_uid,
        public_key=signer.public_key,
        confirmed=signer.fingerprint.lower(),
    )


@pytest.fixture
def from_there(cast: Cast, tmp_path: Path, settings: Settings) -> Path:
    """A bundle that another installation made of its reports."""
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    path = tmp_path / "there.fqb"
    with as_station(THERE, settings, tmp_path):
        with engine_with(says(("NB2", 0.8))):
            report(
                area=cast.areas["grid1"], contact=ContactDraft("张三", "13800138000"), place_text="3 栋 501"
            )
        report(FIRE, lat=30.07, lon=120.02)
        report("投诉周敏不作为", area=cast.areas["grid1"])
        assert bundles.export_bundle(path, by=SYSTEM) == {"reports": 2, "matters": 0, "replies": 0}
        BundleLog.objects.all().delete()
    return path


def copies() -> QuerySet[Report]:
    """What came in by bundle; the other installation's own reports live in the same test database."""
    return Report.objects.filter(channel="bundle")


def test_a_stranger_is_refused_with_the_fingerprint_to_compare(from_there: Path) -> None:
    shown = bundles.signer_of(from_there)
    with pytest.raises(Refusal) as caught:
        bundles.import_bundle(from_there, by=SYSTEM)
    assert caught.value.code == "unknown_signer"
    assert shown.fingerprint in caught.value.message
    assert not shown.known
    assert not copies().exists()
    with pytest.raises(Refusal) as caught:
        bundles.trust_peer(
            by=SYSTEM, name="x", station_uid=THERE, public_key=shown.public_key, confirmed="0000 " * 8
        )
    assert caught.value.code == "fingerprint"


def test_trusted_reports_come_in_under_their_own_clock_here(cast: Cast, from_there: Path) -> None:
    peer = peer_of(bundles.signer_of(from_there))
    later = NOW + timedelta(hours=1)
    with clock.at(later):
        counts = bundles.import_bundle(from_there, by=SYSTEM)
    assert counts == {"reports": 2, "existing": 0, "refused": 0, "replies": 0, "updates": 0}
    fire = copies().get(text=FIRE)
    assert (fire.channel, fire.severity, fire.area) == ("bundle", 1, cast.areas["grid2"])
    assert fire.due_at == later + timedelta(minutes=5)
    assert fire.source == f"bundle:{peer.station_uid}"
    assert fire.owner_id
    assert not copies().filter(contact__isnull=False).exists(), "contacts stay where they were given"
    assert not copies().filter(text__contains="周敏").exists()


def test_twice_is_once(cast: Cast, from_there: Path) -> None:
    peer_of(bundles.signer_of(from_there))
    bundles.import_bundle(from_there, by=SYSTEM)
    assert set(bundles.import_bundle(from_there, by=SYSTEM).values()) == {0}
    BundleLog.objects.all().delete()
    assert bundles.import_bundle(from_there, by=SYSTEM)["existing"] == 2
    assert copies().count() == 2


def test_replies_flow_back_to_the_receipt(cast: Cast, tmp_path: Path, settings: Settings) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    mine = report(area=cast.areas["grid1"], contact=ContactDraft("张三", "13800138000"))
    out = tmp_path / "out.fqb"
    bundles.export_bundle(out, by=cast.actor("head"))
    uid, code = str(mine.uid), mine.code
    with as_station(THERE, settings, tmp_path):
        peer_of(bundles.signer_of(out))
        # the copy there lives in the same test database, under the sender's name
        bundles.import_bundle(out, by=SYSTEM)
        copy = copies().get(external_id=uid)
        ask(copy, by=cast.actor("duty"), text="是哪一户？")
        back = tmp_path / "back.fqb"
        here = BundlePeer.objects.get(station_uid=HERE)
        matter = accept_report(copy, by=cast.actor("duty"), category="NB2")
        counts = bundles.export_bundle(back, by=SYSTEM, peer=here)
        assert counts["replies"] >= 2
    peer_of(bundles.signer_of(back))
    taken = bundles.import_bundle(back, by=SYSTEM)
    assert taken["replies"] == counts["replies"]
    told = [m.text for m in receipt_view(code).messages]
    assert any("是哪一户" in text for text in told)
    assert any(matter.number in text for text in told)
    BundleLog.objects.filter(direction="in").delete()
    assert bundles.import_bundle(back, by=SYSTEM)["replies"] == 0
    assert len(receipt_view(code).messages) == len(told)


def test_what_the_reporter_adds_travels_too(cast: Cast, tmp_path: Path, settings: Settings) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    mine = report(area=cast.areas["grid1"])
    first, second = tmp_path / "1.fqb", tmp_path / "2.fqb"
    bundles.export_bundle(first, by=SYSTEM)
    answer(mine.code, text="今天更厉害了")
    bundles.export_bundle(second, by=SYSTEM)
    with as_station(THERE, settings, tmp_path):
        peer_of(bundles.signer_of(first))
        bundles.import_bundle(first, by=SYSTEM)
        bundles.import_bundle(second, by=SYSTEM)
        copy = copies().get(external_id=str(mine.uid))
        assert [m.text for m in copy.messages.all()] == ["今天更厉害了"]
        BundleLog.objects.filter(direction="in").delete()
        bundles.import_bundle(second, by=SYSTEM)
        assert copy.messages.count() == 1


def test_a_reader_may_trust_no_bundle_of_its_own_or_meant_for_others(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    path = tmp_path / "own.fqb"
    bundles.export_bundle(path, by=SYSTEM)
    with pytest.raises(Refusal) as caught:
        bundles.import_bundle(path, by=SYSTEM)
    assert caught.value.code == "own_bundle"
    other = BundlePeer.objects.create(
        name="别处", station_uid=uuid.uuid4(), public_key="00" * 32, added_at=NOW
    )
    with as_station(THERE, settings, tmp_path):
        bundles.export_bundle(path, by=SYSTEM, peer=other)
    with pytest.raises(Refusal) as caught:
        bundles.import_bundle(path, by=SYSTEM)
    assert caught.value.code == "not_for_us"


def test_a_new_key_of_a_known_station_needs_new_trust(from_there: Path) -> None:
    peer = peer_of(bundles.signer_of(from_there))
    BundlePeer.objects.filter(pk=peer.pk).update(public_key="ab" * 32)
    with pytest.raises(Refusal) as caught:
        bundles.import_bundle(from_there, by=SYSTEM)
    assert caught.value.code == "key_changed"


def repack(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return target


def _edit(parts: dict[str, bytes]) -> None:
    parts["reports.jsonl"] = parts["reports.jsonl"].replace("漏水".encode(), "失火".encode())


def _drop(parts: dict[str, bytes]) -> None:
    del parts["replies.jsonl"]


def _add(parts: dict[str, bytes]) -> None:
    parts["../../evil.sh"] = b"rm -rf /"


def _cut(parts: dict[str, bytes]) -> None:
    parts["reports.jsonl"] = parts["reports.jsonl"].splitlines(keepends=True)[0]


def _manifest(parts: dict[str, bytes]) -> None:
    raw = json.loads(parts["manifest.json"])
    raw["station"]["name"] = "假派出所"
    parts["manifest.json"] = json.dumps(raw).encode()


def _no_json(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = b"[" * 100_000


def _signature(parts: dict[str, bytes]) -> None:
    parts["manifest.sig"] = b"\xff\xfe"


def _other_key(parts: dict[str, bytes]) -> None:
    raw = json.loads(parts["manifest.json"])
    key = Ed25519PrivateKey.generate()
    raw["station"]["public_key"] = bundle_keys.public_hex(key)
    parts["manifest.json"] = json.dumps(raw).encode()
    parts["manifest.sig"] = key.sign(parts["manifest.json"]).hex().encode()


@pytest.mark.parametrize(
    "change",
    [_edit, _drop, _add, _cut, _manifest, _no_json, _signature, _other_key],
    ids=lambda f: f.__name__,
)
def test_tampered_bundles_are_refused_whole(
    cast: Cast, from_there: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    peer_of(bundles.signer_of(from_there))
    with pytest.raises(Refusal):
        bundles.import_bundle(repack(from_there, tmp_path / "bad.fqb", change), by=SYSTEM)
    assert not copies().exists()
    assert not BundleLog.objects.filter(direction="in").exists()


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"\x00" * 9999, b"<html>", b"PK\x05\x06" + b"\0" * 18])
def test_files_that_are_no_bundle(cast: Cast, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.fqb"
    path.write_bytes(body)
    with pytest.raises(Refusal):
        bundles.import_bundle(path, by=SYSTEM)
    with pytest.raises(Refusal):
        bundles.import_bundle(tmp_path / "absent.fqb", by=SYSTEM)


def test_a_bomb_bursts_in_nobodys_face(cast: Cast, from_there: Path, tmp_path: Path) -> None:
    peer_of(bundles.signer_of(from_there))

    def blow(parts: dict[str, bytes]) -> None:
        parts["reports.jsonl"] = b"\0" * (50 << 20)

    with pytest.raises(Refusal) as caught:
        bundles.import_bundle(repack(from_there, tmp_path / "bomb.fqb", blow), by=SYSTEM)
    assert caught.value.code == "bomb"


def test_rows_of_a_trusted_but_careless_station_are_counted_not_swallowed(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    path = tmp_path / "odd.fqb"
    rows: list[dict[str, Any]] = [
        {"uid": "1", "text": "好的一条", "said_at": NOW.isoformat()},
        {"uid": "2", "text": "", "said_at": NOW.isoformat()},
        {"uid": "3", "text": "将来的", "said_at": (NOW + timedelta(days=9)).isoformat()},
        {"uid": "4"},
        {"uid": "5", "text": "x" * 50_000, "said_at": NOW.isoformat()},
        {"uid": "6", "text": "坏坐标", "said_at": NOW.isoformat(), "lat": 999, "lon": 1},
    ]
    with as_station(THERE, settings, tmp_path):
        head = {
            "uid": str(uuid.uuid4()),
            "station": {
                "uid": THERE,
                "name": "那边",
                "public_key": bundle_keys.public_hex(bundle_keys.station_key()),
            },
            "peer": None,
            "made_at": NOW.isoformat(),
        }
        bundle_pack.write(path, head, {"reports.jsonl": rows})
    peer_of(bundles.signer_of(path))
    counts = bundles.import_bundle(path, by=SYSTEM)
    assert (counts["reports"], counts["refused"]) == (1, 5)


def test_only_what_changed_since(cast: Cast, tmp_path: Path, settings: Settings) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    report(area=cast.areas["grid1"])
    with clock.at(NOW + timedelta(days=2)):
        report("新的一条", area=cast.areas["grid1"])
    since = NOW + timedelta(days=1)
    assert bundles.export_bundle(tmp_path / "s.fqb", by=SYSTEM, since=since)["reports"] == 1


def test_the_key_is_made_once_and_kept_close(tmp_path: Path, settings: Settings) -> None:
    settings.KEY_FILE = tmp_path / "k" / "keys.json"
    first = bundles.own_fingerprint()
    bundle_keys._read_key.cache_clear()
    assert bundles.own_fingerprint() == first
    assert bundle_keys.key_path().stat().st_mode & 0o077 == 0
    bundle_keys.key_path().write_text("broken")
    bundle_keys._read_key.cache_clear()
    with pytest.raises(Refusal):
        bundles.own_fingerprint()
    bundle_keys._read_key.cache_clear()


def test_who_may(cast: Cast, tmp_path: Path, from_there: Path) -> None:
    signer = bundles.signer_of(from_there)
    for by in (cast.actor("grid_worker"), cast.actor("auditor"), RESIDENT):
        with pytest.raises(NotAllowed):
            bundles.export_bundle(tmp_path / "x.fqb", by=by)
        with pytest.raises(NotAllowed):
            bundles.import_bundle(from_there, by=by)
        with pytest.raises(NotAllowed):
            peer_of(signer, by)


def test_whom_to_believe_is_decided_over_the_whole_station(cast: Cast, from_there: Path) -> None:
    """The duty officer of one street exchanges bundles, and does not put another key in the station's place."""
    signer = bundles.signer_of(from_there)
    with pytest.raises(NotAllowed):
        peer_of(signer, cast.actor("duty"))
    assert peer_of(signer, cast.actor("head")).public_key == signer.public_key


def test_out_of_reach_does_not_travel(cast: Cast, tmp_path: Path, settings: Settings) -> None:
    settings.KEY_FILE = tmp_path / "here" / "keys.json"
    bring(area=cast.areas["grid1"])
    with engine_with(says(("FA7", 0.9))):
        bring("夫妻动手", area=cast.areas["grid1"])
    assert bundles.export_bundle(tmp_path / "a.fqb", by=cast.actor("street_staff"))["reports"] == 1
    assert ReportEvent.objects.count() == 2
