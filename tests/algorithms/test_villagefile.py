"""The file of villages: written whole, refused in words when it is anything else; and the tables it is made from."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from fengqiao.algorithms import villagefile
from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.villagefile import MARK, Hasher, read_villages, write_villages
from fengqiao.algorithms.villagerows import read_divisions
from tests.country import DIVISIONS, VILLAGES, write_country


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_country(tmp_path)


def code_of(path: Path) -> str:
    with pytest.raises(FileFault) as fault:
        read_villages(path)
    assert path.name in str(fault.value)
    return fault.value.code


def test_what_is_written_is_read(file: Path) -> None:
    data = read_villages(file)
    codes = sorted(VILLAGES)
    assert [f"{code:012d}" for code in data.parts["codes"].tolist()] == codes
    assert [data.name(row) for row in range(len(codes))] == [VILLAGES[code] for code in codes]
    assert sorted(data.upper_name(row) for row in range(len(DIVISIONS))) == sorted(DIVISIONS.values())
    assert not data.parts["codes"].flags.writeable
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"code,name\n", MARK[:7]])
def test_foreign_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.index"
    path.write_bytes(content)
    assert code_of(path) == "foreign"


def test_missing_and_folders(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nowhere") == "spoilt"
    (tmp_path / "folder").mkdir()
    assert code_of(tmp_path / "folder") == "spoilt"


@pytest.mark.parametrize("keep", [17, 24, 100, 3000, -1, -500])
def test_cut_files(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    assert code_of(file) == "spoilt"


def test_every_changed_byte_is_seen(file: Path) -> None:
    whole = file.read_bytes()
    start = len(MARK) + 8 + int.from_bytes(whole[len(MARK) : len(MARK) + 8], "little")
    for at in range(start, len(whole), 97):
        changed = bytearray(whole)
        changed[at] ^= 1
        file.write_bytes(changed)
        assert code_of(file) == "spoilt"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "fengqiao-villages-0"}, "other_version"), ({"sounds": "0"}, "other_version"),
        ({"parts": {}}, "spoilt"), ({"parts": None}, "spoilt"), ({"base": "x"}, "spoilt"), ({"sha256": None}, "spoilt"),
    ],
)  # fmt: skip
def test_other_headers(file: Path, change: dict[str, Any], code: str) -> None:
    _with_header(file, lambda header: header | change)
    assert code_of(file) == code


@pytest.mark.parametrize(
    "plan", [{"at": -64}, {"at": 1}, {"at": 1 << 40}, {"length": 1 << 40}, {"length": -1}, {"length": 3}]
)
def test_plans_that_point_outside(file: Path, plan: dict[str, int]) -> None:
    def change(header: dict[str, Any]) -> dict[str, Any]:
        header["parts"]["core_rows"] |= plan
        return header

    _with_header(file, change)
    assert code_of(file) == "spoilt"


def test_numbers_that_point_outside_are_seen_whatever_the_checksum_says(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = villagefile._table

    def table(*given: Any) -> Any:
        hashes, at, rows = kept(*given)
        return hashes, at, rows + np.uint32(1000)

    monkeypatch.setattr(villagefile, "_table", table)
    write_villages(file, DIVISIONS | VILLAGES)
    assert code_of(file) == "spoilt"


def test_a_full_disk_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fengqiao.algorithms.villagefile.os.fsync", full)
    with pytest.raises(FileFault, match="写不进"):
        write_villages(file, VILLAGES)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_no_villages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="没有村"):
        write_villages(tmp_path / "v", DIVISIONS)


@given(st.text(max_size=12), st.integers(0, 12), st.integers(1, 12))
def test_a_window_hashes_like_its_text(text: str, start: int, size: int) -> None:
    hasher = Hasher(villagefile._BASES[0])
    hashes, starts, ends = hasher.windows(text, range(1, 13))
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert [text[a:b] for a, b in spans] == [
        text[a : a + n] for n in range(1, 13) for a in range(len(text) - n + 1)
    ]
    window = text[start : start + size]
    if window:
        assert hasher.texts([window])[0] in hashes[[text[a:b] == window for a, b in spans]]


def _with_header(file: Path, change: Any) -> None:
    raw = file.read_bytes()
    size = int.from_bytes(raw[len(MARK) : len(MARK) + 8], "little")
    begun = len(MARK) + 8
    head = json.dumps(change(json.loads(raw[begun : begun + size]))).encode()
    head += b" " * (-(begun + len(head)) % 64)
    file.write_bytes(MARK + len(head).to_bytes(8, "little") + head + raw[begun + size :])


class TestRows:
    def test_several_files_in_one(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text(
            "code,name,level\n99,云川省,1\n990122000000,白石县,3\n", encoding="utf-8-sig"
        )
        (tmp_path / "b.csv").write_text(
            "代码,名称\n990122100200,和平村委会\n990122100000,和平村\n", encoding="gb18030"
        )
        assert read_divisions([tmp_path / "a.csv", tmp_path / "b.csv"]) == {
            "99": "云川省", "990122": "白石县", "990122100200": "和平村委会", "990122100000": "和平村",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("code,name\n12345,甲\n", "bad_code"), ("code,name\nabc,甲\n", "bad_code"), ("code,name\n99,\n", "bad_name"),
            ("code,name\n09,甲\n", "bad_code"), (f"code,name\n99,{'甲' * 61}\n", "bad_name"),
            ("id,name\n99,甲\n", "no_column"),
            ("code,title\n99,甲\n", "no_column"), ("", "empty"), ("code,name\n99,a\x07b\n", "bad_name"),
        ],
    )  # fmt: skip
    def test_bad_tables(self, tmp_path: Path, content: str, code: str) -> None:
        path = tmp_path / "t.csv"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(FileFault) as fault:
            read_divisions([path])
        assert fault.value.code == code

    def test_parquet(self, tmp_path: Path) -> None:
        path = tmp_path / "v.parquet"
        parquet.write_table(pyarrow.table({"code": list(VILLAGES), "name": list(VILLAGES.values())}), path)
        assert read_divisions([path]) == VILLAGES
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(FileFault) as fault:
            read_divisions([path])
        assert fault.value.code == "bad_parquet"
        with pytest.raises(FileFault) as fault:
            read_divisions([tmp_path / "nowhere.parquet"])
        assert fault.value.code == "missing"

    def test_without_pyarrow_the_way_out_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def without(name: str, *more: Any) -> Any:
            if name.startswith("pyarrow"):
                raise ImportError(name)
            return real(name, *more)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(FileFault, match="另存为 CSV"):
            read_divisions([tmp_path / "v.parquet"])
