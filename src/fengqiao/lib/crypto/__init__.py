"""Contact fields at rest: AES-256-GCM under a key per row, wrapped by keys that live outside the database."""

from fengqiao.lib.crypto.fields import Sealed, blind_index
from fengqiao.lib.crypto.keyring import KeyFileError, Keyring, keyring

__all__ = ["KeyFileError", "Keyring", "Sealed", "blind_index", "keyring"]
