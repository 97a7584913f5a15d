"""The clock's part of notices."""

from __future__ import annotations

from datetime import datetime

from fengqiao.notices.actions import deliver_due


def tick(*, at: datetime) -> dict[str, int]:
    """Send what is due; run twice it sends nothing twice."""
    return {f"notices_{key}": n for key, n in deliver_due(at=at).items()}
