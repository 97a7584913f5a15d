"""Django's SQLite backend with one cross-process writer gate.

SQLite lets one connection write at a time; the others poll with growing sleeps, so with eight
writers the slowest wait a second. Here every writing transaction first takes an advisory file lock
(``<database>.gate``), which the kernel hands on without polling. Settings: WAL so that readers never wait,
``synchronous`` FULL so that an acknowledged write is on disk, IMMEDIATE so that a transaction
never fails half-way for want of the lock. In-memory databases (tests) have no gate.
"""

from __future__ import annotations

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base

PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous={sync}; PRAGMA busy_timeout=20000; "
    "PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; holds the gate from BEGIN IMMEDIATE to COMMIT or ROLLBACK."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate: int | None = None
        self._gate_held = False

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        sync = os.environ.get("FENGQIAO_SQLITE_SYNCHRONOUS", "FULL").upper()
        if sync not in {"OFF", "NORMAL", "FULL", "EXTRA"}:
            sync = "FULL"
        self.init_commands = PRAGMAS.format(sync=sync).split(";")
        self.transaction_mode = "IMMEDIATE"
        return params

    def _start_transaction_under_autocommit(self) -> None:
        self._take_gate()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_gate()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_gate()
            if self._gate is not None:
                os.close(self._gate)
                self._gate = None

    def _take_gate(self) -> None:
        if self._gate_held or self.is_in_memory_db():
            return
        if self._gate is None:
            self._gate = os.open(
                f"{self.settings_dict['NAME']}.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        self._gate_held = True

    def _leave_gate(self) -> None:
        if self._gate_held and self._gate is not None:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
            self._gate_held = False
