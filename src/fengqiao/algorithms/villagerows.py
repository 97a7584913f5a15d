"""Division codes and names as they lie in public tables: CSV with `code` and `name`, or Parquet if pyarrow is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.sentences import sentence
from fengqiao.algorithms.tablefiles import TableCaps, open_table
from fengqiao.algorithms.villagefile import MAX_ROWS
from fengqiao.algorithms.villagenames import kind_of

CODE = ("code", "代码", "编码", "区划代码", "统计用区划代码")
NAME = ("name", "名称", "区划名称")
MAX_NAME = 60
_DIVISION = re.compile(r"[1-9]\d(?:\d{2}(?:\d{2}(?:\d{3}(?:\d{3})?)?)?)?")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UPPER = re.compile(r"(\d{2})0{10}|(\d{4})0{8}|(\d{6})0{6}|(\d{9})000")


def read_divisions(paths: Iterable[Path]) -> dict[str, str]:
    """Code (2, 4, 6, 9 or 12 digits) to name, of all files together; what a later file says of a code counts.

    Codes of divisions above the village that are filled up with zeros to 12 digits are cut. Raises FileFault with the
    row that is wrong, and for a file of another kind.
    """
    found: dict[str, str] = {}
    for path in paths:
        rows = _parquet(path) if path.suffix.lower() == ".parquet" else _table(path)
        for number, code, name in rows:
            said = _name(path, number, name)
            found[_code(path, number, code, said)] = said
            if len(found) > MAX_ROWS:
                raise FileFault(sentence("最多 %(most)s 行", most=MAX_ROWS), code="too_many")
    return found


def _code(path: Path, number: int, said: str, name: str) -> str:
    code = said.strip()
    filled = None if kind_of(name) != "other" else _UPPER.fullmatch(code)  # a village may end in 000
    code = next(one for one in filled.groups() if one) if filled else code
    if not _DIVISION.fullmatch(code):
        raise FileFault(
            sentence(
                "%(file)s 第 %(number)s 行的区划代码不对：要有 2、4、6、9 或 12 位数字",
                file=path.name,
                number=number,
            ),
            code="bad_code",
        )
    return code


def _name(path: Path, number: int, said: str) -> str:
    name = " ".join(said.split())
    if not name or len(name) > MAX_NAME or _UNFIT.search(name):
        raise FileFault(
            sentence("%(file)s 第 %(number)s 行没有可用的名称", file=path.name, number=number),
            code="bad_name",
        )
    return name


def _table(path: Path) -> Iterator[tuple[int, str, str]]:
    with open_table(path, caps=TableCaps(rows=MAX_ROWS)) as table:
        code, name = _column(path, table.columns, CODE), _column(path, table.columns, NAME)
        for row in table:
            if row.fault:
                raise FileFault(
                    sentence(
                        "%(file)s 第 %(number)s 行：%(why)s", file=path.name, number=row.number, why=row.fault
                    ),
                    code="bad_row",
                )
            yield row.number, row.cells.get(code, ""), row.cells.get(name, "")


def _parquet(path: Path) -> Iterator[tuple[int, str, str]]:
    try:
        import pyarrow  # only where a station brings such a file: CSV needs nothing
        from pyarrow import parquet
    except ImportError as error:
        raise FileFault(
            sentence("这台机器没有 pyarrow，读不了 Parquet：请另存为 CSV（code,name 两列），或安装 pyarrow"),
            code="no_pyarrow",
        ) from error
    if not path.is_file():
        raise FileFault(sentence("找不到文件 %(name)s", name=path.name), code="missing")
    try:
        with parquet.ParquetFile(path) as file:
            columns = file.schema_arrow.names
            code, name = _column(path, columns, CODE), _column(path, columns, NAME)
            number = 0
            for batch in file.iter_batches(columns=[code, name]):
                for one in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                    number += 1
                    yield number, str(one[0] or ""), str(one[1] or "")
    except (pyarrow.ArrowException, OSError) as error:
        raise FileFault(
            sentence("%(file)s 不是完整的 Parquet 文件", file=path.name), code="bad_parquet"
        ) from error


def _column(path: Path, columns: Iterable[str], wanted: tuple[str, ...]) -> str:
    known = {str(one).strip().lower(): str(one) for one in columns}
    found = next((known[one] for one in wanted if one in known), None)
    if found is None:
        raise FileFault(
            sentence("%(file)s 要有“%(column)s”一列", file=path.name, column=wanted[0]), code="no_column"
        )
    return found
