"""Tables of texts with one label each, as models of categories are trained from: reading, cleaning, knowing again.

A CSV file in any of the usual encodings; equal texts count once, labels too rare to teach anything are left out, and
both are counted. Which rows measure quality follows from the text alone (`held_back`), so it is the same on every
machine and in every run.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fengqiao.algorithms.decoding import detect_encoding, text_of
from fengqiao.algorithms.filefaults import FileFault
from fengqiao.algorithms.linear import MAX_LABELS

MIN_ROWS = 20
MIN_PER_LABEL = 3  # fewer teach nothing that could be measured
MAX_CELL = 10_000_000  # characters of one cell
ONE_IN = 5  # texts, of which one measures quality
SALT = "held back\0"  # so that a table that was itself split by the hash of its texts has a fifth to hold back too


class TrainingError(ValueError):
    """Data that cannot be trained on; the message says why and what to do, in the user's language."""


def held_back(text: str, *, salt: str = SALT) -> bool:
    """Whether a text belongs to the fifth that measures quality: by its SHA-256, with `salt` before it."""
    digest = hashlib.sha256(f"{salt}{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return int(digest[:8], 16) % ONE_IN == 0


def read_labelled(path: Path, text_col: str, label_col: str) -> tuple[list[str], list[str], int]:
    """Texts and labels of a CSV file, and how many rows lack one of them. Raises TrainingError."""
    texts: list[str] = []
    labels: list[str] = []
    empty = 0
    try:
        for text, label in _rows(path, text_col, label_col):
            if text and label:
                texts.append(text)
                labels.append(label)
            else:
                empty += 1
    except OSError as error:
        raise TrainingError(f"文件 {path} 打不开：{error.strerror or error}") from error
    except csv.Error as error:
        raise TrainingError(f"文件 {path} 不是规整的 CSV：{error}") from error
    except FileFault as error:
        raise TrainingError(str(error)) from error
    return texts, labels, empty


def usable(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[str], list[str], int]:
    """Equal texts once, labels frequent enough; with the number of rows left out. Raises TrainingError."""
    first = dict(zip(reversed(texts), reversed(labels), strict=True))
    sizes = Counter(first.values())
    kept = [(text, label) for text, label in reversed(first.items()) if sizes[label] >= MIN_PER_LABEL]
    names = {label for _, label in kept}
    if len(kept) < MIN_ROWS or len(names) < 2:
        raise TrainingError(
            f"可用的数据太少：{len(kept)} 条、{len(names)} 个类别。至少要 {MIN_ROWS} 条、2 个类别，"
            f"每个类别不少于 {MIN_PER_LABEL} 条。"
        )
    if len(names) > MAX_LABELS:
        raise TrainingError(f"类别有 {len(names)} 个，超过 {MAX_LABELS}。请检查类别列是否选对。")
    return [text for text, _ in kept], [label for _, label in kept], len(texts) - len(kept)


def digest(texts: Iterable[str], labels: Iterable[str]) -> str:
    """What these rows are known by, whatever their order."""
    sums = hashlib.sha256()
    for text, label in sorted(zip(texts, labels, strict=True)):
        sums.update(f"{label}\0{text}\0".encode("utf-8", "surrogatepass"))
    return sums.hexdigest()


def trained_on(facts: Mapping[str, Any], texts: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether these are the very rows a model with these facts was made from."""
    try:
        kept_texts, kept_labels, _rare = usable(texts, labels)
    except TrainingError:
        return False
    return digest(kept_texts, kept_labels) == facts.get("data_sha256")


def _rows(path: Path, text_col: str, label_col: str) -> Iterator[tuple[str, str]]:
    before = csv.field_size_limit(MAX_CELL)  # for the whole process, so it is put back
    try:
        with path.open("rb") as stream:
            reader = csv.DictReader(text_of(stream, detect_encoding(stream)))
            missing = [name for name in (text_col, label_col) if name not in (reader.fieldnames or ())]
            if missing:
                found = "、".join(reader.fieldnames or ()) or "没有表头"
                raise TrainingError(f"文件里没有“{'”“'.join(missing)}”这一列，现有列：{found}。")
            for row in reader:
                yield (row[text_col] or "").strip(), (row[label_col] or "").strip()
    finally:
        csv.field_size_limit(before)
