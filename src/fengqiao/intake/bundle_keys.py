"""The station's signing key for bundles, and whose bundles are believed."""

from __future__ import annotations

import hashlib
import os
import uuid
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.intake.models import BundlePeer
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.lib.text import one_line
from fengqiao.teams.queries import station

RIGHT = "bundle.run"


def key_path() -> Path:
    """Where the signing key lies: beside the key file."""
    return Path(settings.KEY_FILE).with_name("bundle.key")


def station_key() -> Ed25519PrivateKey:
    """The station's signing key, made at first use. Raises Refusal when the key file was damaged."""
    return _read_key(key_path())


@lru_cache(maxsize=4)
def _read_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        _create(path)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise Refusal(
            _("签名密钥 %(path)s 读不出来，请从备份恢复") % {"path": path}, code="bad_key"
        ) from error


def _create(path: Path) -> None:
    """Write a new key, owner-only; two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as temp:
        temp.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
        temp.flush()
        os.fsync(temp.fileno())
    try:
        os.link(temp.name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temp.name)


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half as 64 hex digits."""
    return key.public_key().public_bytes_raw().hex()


def fingerprint(public_key: str) -> str:
    """A public key as people compare it by telephone: eight groups of four hex digits."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32].upper()
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def own_fingerprint() -> str:
    """The fingerprint to read out to the other side."""
    return fingerprint(public_hex(station_key()))


def signed_by(public_key: str, signature: bytes, body: bytes) -> bool:
    """Whether ``signature`` over ``body`` was made with the private half of ``public_key``."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True


@transaction.atomic
def trust_peer(
    *, by: Actor, name: str, station_uid: uuid.UUID | str, public_key: str, confirmed: str
) -> BundlePeer:
    """Believe bundles of another station from now on.

    ``confirmed``: the fingerprint as the other side read it out; it must fit the key, so that nobody trusts a key
    just because it came with a file. Whom the station believes is decided over its whole ground. Raises Refusal,
    NotAllowed.
    """
    may_run(by)
    if not by.is_system and not by.scope.can(RIGHT, station().area.path):
        raise NotAllowed(_("信任哪个单位是全所的事，请找所长"))
    try:
        known, shown = uuid.UUID(str(station_uid)), fingerprint(public_key)
    except ValueError as error:
        raise Refusal(_("对方的密钥不对，请向对方重新要一份"), code="bad_key", field="public_key") from error
    if "".join(confirmed.split()).upper() != shown.replace(" ", ""):
        raise Refusal(
            _("指纹和对方报的不一致，不要信任；请打电话再核对一遍"), code="fingerprint", field="confirmed"
        )
    label = one_line(name, limit=60, field="name")
    if not label:
        raise Refusal(_("请写对方单位的名称"), code="missing", field="name")
    if BundlePeer.objects.filter(name=label).exclude(station_uid=known).exists():
        raise Refusal(_("这个名称已经给了另一个单位，请换一个"), code="taken", field="name")
    peer, _made = BundlePeer.objects.update_or_create(
        station_uid=known, defaults={"name": label, "public_key": public_key.lower(), "added_at": clock.now()}
    )
    append(Fact("bundle.trusted", "bundlepeer", str(known), by.person_id, by.kind, {"fingerprint": shown}))
    return peer


def may_run(by: Actor) -> None:
    """Raise NotAllowed unless the actor may exchange bundles."""
    if by.kind == "system" or (by.kind == "person" and by.scope.can(RIGHT)):
        return
    raise NotAllowed(_("内外网交换不在您的职责里，请找所长"))
