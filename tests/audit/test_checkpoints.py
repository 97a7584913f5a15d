"""Whoever rewrites the log is found: by the chain, by the triggers, or by a checkpoint kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet

from fengqiao.audit import triggers
from fengqiao.audit.actions import Fact, append_many
from fengqiao.audit.checkpoints import (
    fingerprint,
    public_key,
    read_checkpoint,
    verify,
    write_checkpoint,
)
from fengqiao.audit.models import GENESIS, Entry
from fengqiao.audit.queries import verify_chain
from fengqiao.lib import clock
from fengqiao.lib.crypto.keyring import create_key_file
from fengqiao.lib.errors import Refusal
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Nine entries and a checkpoint over them (itself the tenth), then two more."""
    path = tmp_path / "checkpoint.json"
    with clock.at(NOW):
        append_many([Fact("test.done", "thing", str(n), actor_id=n, actor_kind="person") for n in range(9)])
        write_checkpoint(path)
        append_many([Fact("test.more", "thing", str(n)) for n in range(2)])
        yield path


def raw(sql: str, *params: object) -> None:
    """What somebody with the database in hand could do: triggers away, change, triggers back."""
    triggers.remove("audit_entry")
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    triggers.install("audit_entry")


def ids() -> list[int]:
    return list(Entry.objects.order_by("id").values_list("id", flat=True))


def test_an_untouched_log_is_whole(log: Path) -> None:
    found = verify(log)
    assert found.whole
    assert found.chain.entries == 12
    assert read_checkpoint(log).entries == 10


def edit() -> None:
    raw("UPDATE audit_entry SET verb = 'test.harmless' WHERE id = %s", ids()[3])


def edit_data() -> None:
    raw("UPDATE audit_entry SET data = %s WHERE id = %s", '{"a": 1}', ids()[3])


def delete() -> None:
    raw("DELETE FROM audit_entry WHERE id = %s", ids()[4])


def delete_first() -> None:
    raw("DELETE FROM audit_entry WHERE id = %s", ids()[0])


def insert() -> None:
    a, b = Entry.objects.order_by("id")[2:4]
    fake = Entry(pk=b.pk, at=a.at, actor_kind="person", verb="test.fake", object_type="t", object_id="1")
    fake.prev_hash = a.hash
    fake.hash = fake.content_hash()
    triggers.remove("audit_entry")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET id = id + 100000 WHERE id >= %s", [b.pk])
    fake.save(force_insert=True)
    triggers.install("audit_entry")


def reorder() -> None:
    a, b = ids()[3], ids()[5]
    for old, new in ((a, 900001), (b, a), (900001, b)):
        raw("UPDATE audit_entry SET id = %s WHERE id = %s", new, old)


def other_time() -> None:
    raw("UPDATE audit_entry SET at = %s WHERE id = %s", NOW - timedelta(days=1), ids()[2])


def other_actor() -> None:
    raw("UPDATE audit_entry SET actor_id = 99 WHERE id = %s", ids()[2])


def swap_contents() -> None:
    a, b = ids()[2], ids()[6]
    raw("UPDATE audit_entry SET object_id = '900' WHERE id = %s", a)
    raw("UPDATE audit_entry SET object_id = '2' WHERE id = %s", b)


def fork() -> None:
    rows = list(Entry.objects.order_by("id")[7:9])
    twin = Entry(at=rows[1].at, actor_kind="person", verb="test.fork", object_type="t", object_id="1")
    twin.prev_hash = rows[0].hash
    twin.hash = twin.content_hash()
    twin.save(force_insert=True)


TAMPERS = [
    edit,
    edit_data,
    delete,
    delete_first,
    insert,
    reorder,
    other_time,
    other_actor,
    swap_contents,
    fork,
]


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda f: f.__name__)
def test_the_chain_alone_finds_it(log: Path, tamper: Callable[[], None]) -> None:
    tamper()
    assert not verify_chain().whole
    assert not verify(log).whole


def cut_the_tail() -> None:
    raw("DELETE FROM audit_entry WHERE id > %s", ids()[6])


def recompute_all() -> None:
    triggers.remove("audit_entry")
    rows, prev = list(Entry.objects.order_by("id")), GENESIS
    rows[4].verb = "test.harmless"
    for row in rows:
        row.prev_hash = prev
        prev = row.hash = row.content_hash()
        row.save()
    triggers.install("audit_entry")


def old_database_back() -> None:
    cut_the_tail()
    append_many([Fact("test.later", "thing", str(n)) for n in range(8)])


@pytest.mark.parametrize("tamper", [cut_the_tail, recompute_all, old_database_back], ids=lambda f: f.__name__)
def test_only_the_checkpoint_finds_it(log: Path, tamper: Callable[[], None]) -> None:
    tamper()
    assert verify_chain().whole
    found = verify(log)
    assert len(found.faults) == 1
    assert "校验点" in found.faults[0]


def test_a_dropped_trigger_is_found(log: Path) -> None:
    triggers.remove("matters_event")
    assert verify(log).faults == ("表 matters_event 的防改保护不见了，请核查是谁撤掉的",)


def test_a_clock_turned_back_is_found(log: Path) -> None:
    with clock.at(NOW - timedelta(days=30)):
        assert "时钟" in verify(log).faults[0]


def test_a_replaced_key_is_found(log: Path, tmp_path: Path, settings: object) -> None:
    old = public_key()
    create_key_file(tmp_path / "other.json")
    settings.KEY_FILE = tmp_path / "other.json"  # type: ignore[attr-defined]
    assert "另一把密钥" in verify(log).faults[0]
    assert verify(log, key=old).whole


def test_a_forged_checkpoint_is_refused(log: Path) -> None:
    content = json.loads(log.read_text())
    content["entries"] = 3
    log.write_text(json.dumps(content))
    with pytest.raises(Refusal) as found:
        read_checkpoint(log)
    assert found.value.code == "forged_checkpoint"


@pytest.mark.parametrize("text", ["", "{}", "[]", "看不懂", '{"entries": "x"}'])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as found:
        read_checkpoint(path)
    assert found.value.code == "bad_checkpoint"


def test_a_broken_log_gets_no_checkpoint(log: Path, tmp_path: Path) -> None:
    edit()
    with pytest.raises(Refusal) as found:
        write_checkpoint(tmp_path / "new.json")
    assert found.value.code == "log_broken"
    assert not (tmp_path / "new.json").exists()


def test_a_key_has_a_short_form_to_read_aloud() -> None:
    words = fingerprint(public_key())
    assert len(words.split()) == 4
    assert words == fingerprint(public_key())


def test_a_checkpoint_writes_one_entry_of_its_own(log: Path) -> None:
    rows: QuerySet[Entry] = Entry.objects.filter(verb="audit.checkpoint")
    assert rows.count() == 1
