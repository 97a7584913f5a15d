"""The trained model: quality on real messages, honest confidence, its file, and what is refused."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fengqiao.algorithms.labelledrows import TrainingError, held_back, read_labelled, trained_on
from fengqiao.algorithms.linear import LinearClassifier
from fengqiao.algorithms.modelfile import FORMAT, ModelFileError, write_model
from fengqiao.algorithms.training import learning_curve, train, train_csv
from tests.paths import DATA

WATER = ["楼上", "卫生间", "漏水", "滴水", "渗水", "天花板", "墙皮", "水管", "防水", "阳台", "吊顶", "返潮"]
NOISE = ["半夜", "音响", "吵闹", "噪音", "唱歌", "装修", "电钻", "打牌", "脚步", "狗叫", "施工", "喇叭"]
FIRE = ["消防", "通道", "灭火器", "电线", "着火", "烟雾", "出口", "堵塞", "充电", "插座", "电瓶", "烧焦"]


def table() -> tuple[list[str], list[str]]:
    texts, labels = [], []
    for label, words in (("漏水", WATER), ("噪声", NOISE), ("消防", FIRE)):
        for i in range(12):
            for j in range(1, 5):
                texts.append(
                    f"{words[i]}很严重，{words[(i + j) % 12]}也有，第{i}{j}次反映{words[(i + 2 * j) % 12]}"
                )
                labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def small() -> LinearClassifier:
    return train(*table())


def test_it_learns_and_says_why(small: LinearClassifier) -> None:
    [first, *_] = small.propose("卫生间漏水，天花板滴水")
    assert first.label == "漏水"
    assert first.confidence > 0.5
    assert set(first.reasons) & {"漏水", "滴水", "天花板", "卫生间"}
    assert sum(one.confidence for one in small.propose("卫生间漏水")) == pytest.approx(1, abs=1e-5)


def test_a_text_of_unknown_words_gets_no_proposal(small: LinearClassifier) -> None:
    assert small.propose("") == []
    assert small.propose("qqq") == []


def test_the_same_data_makes_the_same_model(small: LinearClassifier) -> None:
    again = train(*table())
    assert again.version == small.version
    assert np.array_equal(again.model.weights, small.model.weights)
    texts, labels = table()
    assert train(texts[:-1], labels[:-1]).version != small.version


def test_facts_are_kept(small: LinearClassifier) -> None:
    assert small.facts["rows"] == 144
    assert len(small.facts["data_sha256"]) == 64
    assert small.facts["metrics"]["accuracy"] > 0.8


def test_equal_texts_count_once_and_rare_labels_are_left_out() -> None:
    texts, labels = table()
    model = train([*texts, texts[0], "只有一条的类别"], [*labels, labels[0], "孤例"])
    assert model.facts["left_out"] == 2
    assert "孤例" not in model.labels


def test_two_labels_are_enough() -> None:
    texts, labels = table()
    pair = train(texts[:96], labels[:96])
    assert pair.propose("水管漏水")[0].label == "漏水"
    assert pair.propose("半夜噪音")[0].label == "噪声"


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (["漏水"] * 50, ["甲", "乙"] * 25),
        ([f"漏水{i}" for i in range(50)], ["同"] * 50),
        (["一"] * 5, ["甲"] * 5),
    ],
)
def test_too_little_to_learn_from_is_refused(texts: list[str], labels: list[str]) -> None:
    with pytest.raises(TrainingError, match="可用的数据太少"):
        train(texts, labels)


def test_the_file_comes_back_as_it_was(small: LinearClassifier, tmp_path: Path) -> None:
    path = tmp_path / "triage.npz"
    small.save(path)
    loaded = LinearClassifier.load(path)
    assert loaded.propose("水管漏水") == small.propose("水管漏水")
    assert loaded.version == small.version
    assert loaded.facts == small.facts
    assert [one.name for one in tmp_path.iterdir()] == ["triage.npz"]
    with np.load(path, allow_pickle=False) as packed:
        assert all(packed[name].dtype != object for name in packed.files)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="找不到模型文件"):
        LinearClassifier.load(tmp_path / "none.npz")


@pytest.mark.parametrize("keep", [0, 10, 2_000])
def test_a_truncated_file(small: LinearClassifier, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "m.npz"
    small.save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelFileError, match="不是"):
        LinearClassifier.load(path)


def test_a_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, a=np.zeros(3))
    with pytest.raises(ModelFileError, match="不是完整的模型文件"):
        LinearClassifier.load(path)
    np.savez(path, header=np.frombuffer(json.dumps({"format": "other"}).encode(), dtype=np.uint8))
    with pytest.raises(ModelFileError, match="别的程序"):
        LinearClassifier.load(path)


def test_a_file_with_objects_in_it_is_never_unpacked(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("something in the file was run",))

    path = tmp_path / "m.npz"
    np.savez(path, header=np.array([Bomb()], dtype=object))
    with pytest.raises(ModelFileError):
        LinearClassifier.load(path)


def test_one_changed_number_is_noticed(small: LinearClassifier, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    small.save(path)
    with np.load(path) as packed:
        arrays = {name: packed[name].copy() for name in packed.files}
    arrays["bias"][0] += 1
    np.savez(path, **arrays)
    with pytest.raises(ModelFileError, match="校验值不符"):
        LinearClassifier.load(path)


@pytest.mark.parametrize("change", ["labels", "shape", "nan", "scheme", "kind"])
def test_a_file_that_contradicts_itself(small: LinearClassifier, tmp_path: Path, change: str) -> None:
    path = tmp_path / "m.npz"
    small.save(path)
    with np.load(path) as packed:
        header = json.loads(bytes(packed["header"]))
        arrays = {name: packed[name].copy() for name in packed.files if name != "header"}
    if change == "labels":
        header["labels"] = ["漏水", "漏水", "噪声"]
    elif change == "shape":
        arrays["weights"] = arrays["weights"][:, :2]
    elif change == "nan":
        arrays["idf"][0] = np.nan
    else:
        header[change] = "other"
    del header["format"], header["arrays"]
    write_model(path, header, arrays)
    with pytest.raises(ModelFileError):
        LinearClassifier.load(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("header.npy", "w") as out:
        for _ in range(300):
            out.write(b"\0" * 1_048_576)
    with pytest.raises(ModelFileError, match="展开后超过"):
        LinearClassifier.load(path)


def test_a_place_that_cannot_be_written(small: LinearClassifier, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="写不进"):
        small.save(tmp_path / "none" / "m.npz")


def test_the_format_is_named(small: LinearClassifier, tmp_path: Path) -> None:
    small.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as packed:
        assert json.loads(bytes(packed["header"]))["format"] == FORMAT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_training_from_a_table(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    rows = [f'{label},"{text}"' for text, label in zip(*table(), strict=True)]
    path.write_text("\n".join(["类别,内容", *rows, "漏水,", ",没有类别"]), encoding=encoding)
    steps: list[float] = []
    model = train_csv(
        path, text_col="内容", label_col="类别", progress=lambda step, share: steps.append(share)
    )
    assert set(model.labels) == {"漏水", "噪声", "消防"}
    assert model.facts["left_out"] == 2
    assert steps == sorted(steps)
    assert steps[-1] == 1


def test_a_table_without_the_column_names_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="没有“内容”“类别”这一列，现有列：a、b"):
        train_csv(path, text_col="内容", label_col="类别")
    with pytest.raises(TrainingError, match="打不开"):
        train_csv(tmp_path / "none.csv", text_col="a", label_col="b")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xff\xff\x80\x80,\xff\n" * 9)
    with pytest.raises(TrainingError, match="编码"):
        train_csv(path, text_col="a", label_col="b")


def test_a_model_knows_the_rows_it_was_made_from() -> None:
    texts, labels = table()
    facts = train(texts, labels).facts
    assert trained_on(facts, [*texts, texts[0]][::-1], [*labels, labels[0]][::-1])
    assert not trained_on(facts, texts[:-1], labels[:-1])
    assert not trained_on(facts, [], [])


def test_the_learning_curve_rises(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f'{label},"{text}"' for text, label in zip(*table(), strict=True)]
    path.write_text("\n".join(["类别,内容", *rows]), encoding="utf-8")
    points = learning_curve(path, text_col="内容", label_col="类别", shares=(0.01, 0.25, 1.0))
    assert [one.rows for one in points] == sorted(one.rows for one in points)
    assert len(points) == 2, "a hundredth is too little to learn from"
    assert points[0].accuracy <= points[-1].accuracy
    assert points[-1].rows == sum(not held_back(text) for text in table()[0])


def test_the_split_depends_on_the_text_alone() -> None:
    share = sum(held_back(f"第{i}条") for i in range(2_000)) / 2_000
    assert 0.17 < share < 0.23
    assert held_back("同一条") == held_back("同一条")


@pytest.mark.thorough
@pytest.mark.skipif(DATA is None, reason="reference data is not beside the project")
def test_a_part_of_real_messages_is_learned_already(tmp_path: Path) -> None:
    model = train(*real_messages(1_200))
    assert model.facts["metrics"]["accuracy"] >= 0.83
    assert model.facts["metrics"]["calibration_error"] <= 0.08


@pytest.mark.full
@pytest.mark.skipif(DATA is None, reason="reference data is not beside the project")
def test_quality_on_real_messages(tmp_path: Path) -> None:
    assert DATA is not None
    model = train_csv(DATA / "complaints" / "labelled.csv", text_col="text", label_col="label")
    metrics = model.facts["metrics"]
    assert metrics["accuracy"] >= 0.92
    assert metrics["macro_f1"] >= 0.92
    assert metrics["top2"] >= 0.98
    assert metrics["calibration_error"] <= 0.04
    model.save(tmp_path / "m.npz")
    assert (tmp_path / "m.npz").stat().st_size <= 20_000_000


def real_messages(rows: int) -> tuple[list[str], list[str]]:
    assert DATA is not None
    with (DATA / "complaints" / "labelled.csv").open(encoding="utf-8", newline="") as source:
        part = [(row["text"], row["label"]) for row in csv.DictReader(source)]
    step = len(part) // rows
    return [text for text, _ in part[::step]], [label for _, label in part[::step]]


def test_reading_a_table_changes_nothing_for_others(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n{'长' * 200_000},x\n", encoding="utf-8")
    assert len(read_labelled(path, "a", "b")[0][0]) == 200_000
    with pytest.raises(TrainingError):
        read_labelled(path, "a", "c")
    assert csv.field_size_limit() == before
