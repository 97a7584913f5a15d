"""Reading and checking the log."""

from __future__ import annotations

from dataclasses import dataclass

from fengqiao.audit.models import GENESIS, Entry


@dataclass(frozen=True)
class ChainReport:
    """What a check of the chain found; ``broken_at`` is the id of the first entry that does not fit."""

    entries: int
    broken_at: int | None
    head: str

    @property
    def whole(self) -> bool:
        """True when every link fits."""
        return self.broken_at is None


def verify_chain() -> ChainReport:
    """Walk the whole chain in order and recompute every hash."""
    prev, count = GENESIS, 0
    for entry in Entry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.prev_hash != prev or entry.content_hash() != entry.hash:
            return ChainReport(count, entry.pk, prev)
        prev, count = entry.hash, count + 1
    return ChainReport(count, None, prev)


def reads_of(object_type: str, object_id: str) -> list[Entry]:
    """Every read of personal data of one object, newest first."""
    rows = Entry.objects.filter(object_type=object_type, object_id=object_id, verb="contact.read")
    return list(rows.order_by("-id"))
