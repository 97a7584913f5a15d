"""Checkpoints: the head of the log, signed and kept elsewhere, so that outsiders can find a rewritten log.

A chain proves that its rows fit each other; it cannot show that its tail was cut, or that all of it was
computed anew. A checkpoint carried off the host can: it says how many entries there were and what the last
one's hash was, signed with an Ed25519 key that is derived from the station's key file. Anybody may check the
signature with the public key that the station gave them; ``fingerprint()`` is the short form to read aloud.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from fengqiao.audit.actions import Fact, append
from fengqiao.audit.models import GENESIS, Entry
from fengqiao.audit.queries import ChainReport, verify_chain
from fengqiao.audit.triggers import missing
from fengqiao.lib import clock
from fengqiao.lib.crypto import keyring
from fengqiao.lib.errors import Refusal

_FORMAT = 1
_PURPOSE = b"fengqiao audit checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """The log at one moment: number of entries, id and hash of the last, time (aware UTC), signer."""

    entries: int
    last_id: int
    head: str
    at: datetime
    public_key: str


@dataclass(frozen=True)
class Verdict:
    """What a check of the log found; ``faults`` are sentences in the reader's language, empty when all is well."""

    chain: ChainReport
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """True when nothing was found."""
        return not self.faults


def _signer() -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(keyring().index_key)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> str:
    """The station's public key for checkpoints, base64."""
    return base64.b64encode(_signer().public_key().public_bytes_raw()).decode("ascii")


def fingerprint(key: str) -> str:
    """Sixteen hex digits of a public key in groups of four, to be compared by eye or over the phone."""
    digest = hashlib.sha256(base64.b64decode(key)).hexdigest()[:16]
    return " ".join(digest[n : n + 4] for n in range(0, 16, 4))


def _body(point: Checkpoint) -> bytes:
    parts = [
        _FORMAT,
        point.entries,
        point.last_id,
        point.head,
        point.at.astimezone(UTC).isoformat(),
        point.public_key,
    ]
    return json.dumps(parts, separators=(",", ":")).encode("ascii")


def write_checkpoint(path: Path, *, actor_id: int | None = None, actor_kind: str = "system") -> Checkpoint:
    """Write the signed head of the log to ``path`` (JSON); the entry that says so is the last one it covers.

    Raises Refusal when the chain is already broken: a checkpoint must not vouch for a damaged log.
    """
    append(Fact("audit.checkpoint", "entry", "", actor_id, actor_kind))
    report = verify_chain()
    if not report.whole:
        raise Refusal(
            _("日志从第 %(broken_at)s 条起对不上，先查明原因，再留存校验点")
            % {"broken_at": report.broken_at},
            code="log_broken",
        )
    last = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
    point = Checkpoint(report.entries, last, report.head, clock.now(), public_key())
    content: dict[str, Any] = {
        "format": _FORMAT,
        "entries": point.entries,
        "last_id": point.last_id,
        "head": point.head,
        "at": point.at.isoformat(),
        "public_key": point.public_key,
        "signature": base64.b64encode(_signer().sign(_body(point))).decode("ascii"),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")
    return point


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in ``path``, its signature checked. Raises Refusal for a file that is damaged or forged."""
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        point = Checkpoint(
            int(raw["entries"]),
            int(raw["last_id"]),
            str(raw["head"]),
            datetime.fromisoformat(raw["at"]),
            raw["public_key"],
        )
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(point.public_key, validate=True))
        key.verify(base64.b64decode(raw["signature"], validate=True), _body(point))
    except InvalidSignature as error:
        raise Refusal(_("这个校验点的签名不对，文件被改动过"), code="forged_checkpoint") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(_("这不是校验点文件，或者文件已损坏，请换一份"), code="bad_checkpoint") from error
    return point


def verify(path: Path | None = None, *, key: str = "") -> Verdict:
    """Check the whole log: every link, the triggers that keep it and, where given, the checkpoint in ``path``.

    ``key``: the public key an outsider trusts; without it, this station's own.
    """
    chain = verify_chain()
    faults = []
    if not chain.whole:
        faults.append(f"编号 {chain.broken_at} 的日志与前面对不上：被改动、插入、调换，或前面少了记录")
    faults.extend(f"表 {table} 的防改保护不见了，请核查是谁撤掉的" for table in missing())
    if path is not None:
        faults.extend(_against(read_checkpoint(path), chain, key or public_key()))
    return Verdict(chain, tuple(faults))


def _against(point: Checkpoint, chain: ChainReport, trusted: str) -> list[str]:
    faults = []
    if point.public_key != trusted:
        faults.append(f"校验点由另一把密钥签署（{fingerprint(point.public_key)}），密钥可能被换过")
    when = f"{clock.local(point.at):%Y-%m-%d %H:%M}"
    held = Entry.objects.filter(pk__lte=point.last_id).order_by("-id").values_list("id", "hash").first()
    if chain.whole and chain.entries < point.entries:
        faults.append(
            f"日志比 {when} 的校验点少了 {point.entries - chain.entries} 条，末尾被截断或换成了旧库"
        )
    elif (held or (0, GENESIS)) != (point.last_id, point.head):
        faults.append(f"{when} 的校验点处内容不同：整段日志被重写过")
    if point.at > clock.now():
        faults.append(f"校验点的时间 {when} 晚于现在，时钟被调过")
    return faults
