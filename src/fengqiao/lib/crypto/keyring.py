"""The key file: wrapping keys (one active, old ones kept for reading) and the index key."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12
KEY_BYTES = 32


class KeyFileError(RuntimeError):
    """The key file is missing something or was damaged; the message says which file and what to do."""


@dataclass(frozen=True)
class Keyring:
    """Wrapping keys by number, the active one, and the key of the blind index."""

    active: int
    keys: dict[int, bytes]
    index_key: bytes

    def wrap(self, data_key: bytes, aad: bytes) -> bytes:
        """``data_key`` sealed under the active wrapping key; the key number is its first byte."""
        nonce = secrets.token_bytes(NONCE)
        return bytes([self.active]) + nonce + AESGCM(self.keys[self.active]).encrypt(nonce, data_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """The data key inside ``wrapped``. Raises KeyFileError for an unknown wrapping key, InvalidTag when tampered."""
        number = wrapped[0]
        if number not in self.keys:
            raise KeyFileError(
                f"wrapping key {number} is not in the key file: restore the key file that had it"
            )
        return AESGCM(self.keys[number]).decrypt(wrapped[1 : 1 + NONCE], wrapped[1 + NONCE :], aad)


def _fresh() -> dict[str, object]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")

    return {"format": 1, "active": 1, "keys": {"1": key()}, "index_key": key()}


def create_key_file(path: Path) -> None:
    """Write a new key file with owner-only rights unless one is there; two starters agree on one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as temp:
        json.dump(_fresh(), temp)
        temp.flush()
        os.fsync(temp.fileno())
    try:
        os.link(temp.name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temp.name)


def read_key_file(path: Path) -> Keyring:
    """The keyring in ``path``. Raises KeyFileError in words when it cannot be used."""
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        keys = {int(number): base64.b64decode(text, validate=True) for number, text in raw["keys"].items()}
        ring = Keyring(int(raw["active"]), keys, base64.b64decode(raw["index_key"], validate=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyFileError(
            f"{path} is not a fengqiao key file ({error}): restore it from your backup"
        ) from error
    if ring.active not in keys or any(len(k) != KEY_BYTES for k in [*keys.values(), ring.index_key]):
        raise KeyFileError(
            f"{path} lacks its active key or has a key of the wrong size: restore it from your backup"
        )
    return ring


def add_wrapping_key(path: Path) -> int:
    """Add a new active wrapping key to ``path`` (old ones stay for reading); returns its number."""
    raw = json.loads(path.read_text(encoding="ascii"))
    number = max(int(n) for n in raw["keys"]) + 1
    raw["keys"][str(number)] = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
    raw["active"] = number
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as temp:
        json.dump(raw, temp)
        temp.flush()
        os.fsync(temp.fileno())
    os.replace(temp.name, path)
    _held.cache_clear()
    return number


def keyring() -> Keyring:
    """The station's keyring, made at first use and held in memory."""
    return _held(Path(settings.KEY_FILE))


@lru_cache(maxsize=1)
def _held(path: Path) -> Keyring:
    if not path.exists():
        create_key_file(path)
    return read_key_file(path)
