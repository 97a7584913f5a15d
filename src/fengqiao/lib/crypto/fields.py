"""Sealed rows: a mixin for tables that hold what only few may read."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models
from django.utils.translation import gettext as _

from fengqiao.lib.crypto.keyring import KEY_BYTES, NONCE, keyring
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import digits


class Sealed(models.Model):
    """A row whose sealed columns open only with the row's own key, itself wrapped by the key file.

    The additional data of each ciphertext is ``table/uid/field``, so a value moved to another row or
    column does not open. ``forget()`` destroys the row's key: what was sealed is gone, in backups too
    once the tombstone is replayed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    wrapped_key = models.BinaryField(null=True, editable=False)

    class Meta:
        abstract = True

    def seal(self, field: str, text: str) -> None:
        """Put ``text`` into the binary column ``field``; an empty text leaves it empty."""
        if not text:
            setattr(self, field, None)
            return
        nonce = secrets.token_bytes(NONCE)
        body = AESGCM(self._data_key(create=True)).encrypt(nonce, text.encode("utf-8"), self._aad(field))
        setattr(self, field, nonce + body)

    def unseal(self, field: str) -> str:
        """The text in column ``field``, empty when nothing is there or the key was destroyed.

        Raises Refusal when the stored value was tampered with or moved from elsewhere.
        """
        raw = getattr(self, field)
        if not raw or not self.wrapped_key:
            return ""
        blob = bytes(raw)
        try:
            return (
                AESGCM(self._data_key()).decrypt(blob[:NONCE], blob[NONCE:], self._aad(field)).decode("utf-8")
            )
        except InvalidTag as error:
            raise Refusal(_("这条加密信息被改动过，打不开。请告诉系统管理员核查"), code="tampered") from error

    def forget(self) -> None:
        """Destroy the row's key (in memory; the caller saves)."""
        self.wrapped_key = None

    def rewrap(self) -> bool:
        """Wrap the row's key under the active wrapping key; False when it already is or there is none."""
        ring = keyring()
        if not self.wrapped_key or bytes(self.wrapped_key)[0] == ring.active:
            return False
        self.wrapped_key = ring.wrap(self._data_key(), self._aad("key"))
        return True

    def _aad(self, field: str) -> bytes:
        return f"{self._meta.db_table}/{self.uid}/{field}".encode("ascii")

    def _data_key(self, *, create: bool = False) -> bytes:
        if self.wrapped_key:
            return keyring().unwrap(bytes(self.wrapped_key), self._aad("key"))
        if not create:
            raise Refusal(_("这条信息的密钥已销毁，内容不再可读"), code="erased")
        key = secrets.token_bytes(KEY_BYTES)
        self.wrapped_key = keyring().wrap(key, self._aad("key"))
        return key


def blind_index(phone: str) -> str:
    """A keyed fingerprint of a phone number for exact search, empty for an empty number (128 bits, hex)."""
    bare = digits(phone)
    if not bare:
        return ""
    return hmac.new(keyring().index_key, b"phone/" + bare.encode("ascii"), hashlib.sha256).hexdigest()[:32]
