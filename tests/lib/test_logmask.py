"""Receipt codes stay out of logs."""

from __future__ import annotations

import logging

import pytest

from fengqiao.lib.ids import new_receipt_code
from fengqiao.lib.logmask import MaskCodes, masked


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Not Found: /r/7K3M-29QX-4HTB/add/", "Not Found: /r/7K3M-****-****/add/"),
        ("/r/7k3m-29qx-4htb/", "/r/7k3m-****-****/"),
        ("2026-03-11 10:00 nothing here", "2026-03-11 10:00 nothing here"),
        ("0570-555-0101", "0570-555-0101"),
    ],
)
def test_all_but_the_first_group_is_hidden(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_every_code_is_found() -> None:
    for _ in range(200):
        code = new_receipt_code()
        assert code not in masked(f"path /r/{code}/")


def test_a_record_keeps_its_other_arguments() -> None:
    record = logging.LogRecord(
        "x", logging.WARNING, "", 1, "%s: %s", ("Not Found", "/r/7K3M-29QX-4HTB/"), None
    )
    assert MaskCodes().filter(record)
    assert record.getMessage() == "Not Found: /r/7K3M-****-****/"
    plain = logging.LogRecord("x", logging.WARNING, "", 1, "%s", ("ok",), None)
    MaskCodes().filter(plain)
    assert plain.args == ("ok",)
