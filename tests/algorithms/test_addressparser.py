"""The address parser: what it learns from lines written here, and what must hold for any text and any model file."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.addressfeatures import MAX_CHARS, codes, read_batch
from fengqiao.algorithms.addressnet import allowed_steps, best_labels, chain, span_chances
from fengqiao.algorithms.addressparser import AddressParser, Part, squeezed, widened
from fengqiao.algorithms.addressrows import (
    AddressDataError,
    TaggedAddress,
    read_addresses,
    read_gazetteer,
    tagged,
    token_labels,
)
from fengqiao.algorithms.addresstraining import Recipe, _Corpus, _Trainer, measure, train_addresses
from fengqiao.algorithms.labelledrows import held_back
from fengqiao.algorithms.modelfile import ModelFileError, read_model, write_model

TINY = Recipe(nets=1, width=16, epochs=25, together=8, codes_out=0.1, values_out=0.1)
CITIES = ("青石市", "白水市", "南桥市", "松江市")
ROADS = ("解放路", "枫桥路", "建设大道", "人民西路", "学院街")
GROUNDS = ("阳光小区", "春晖苑", "锦绣花园", "东方商城")


def written() -> list[TaggedAddress]:
    """Eighty addresses made up of invented names."""
    rows = []
    for number, (city, road, ground) in enumerate(itertools.product(CITIES, ROADS, GROUNDS)):
        pieces = [(city, "city"), (road, "road"), (f"{number + 3}号", "roadno"), (ground, "poi")]
        if number % 2:
            pieces += [(f"{number % 7 + 1}幢", "houseno"), (f"{number + 101}室", "roomno")]
        ends = list(itertools.accumulate(len(text) for text, _ in pieces))
        spans = [(end - len(text), end, tag) for end, (text, tag) in zip(ends, pieces, strict=True)]
        rows.append(TaggedAddress("".join(text for text, _ in pieces), tuple(spans)))
    return rows


@pytest.fixture(scope="module")
def parser() -> AddressParser:
    return train_addresses(written(), recipe=TINY)


def parts(found: list[Part]) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, one.tag) for one in found]


class TestLearning:
    def test_addresses_it_never_saw_are_parsed_after_a_second_of_training(self) -> None:
        begun = time.process_time()
        parser = train_addresses(written(), recipe=TINY)
        assert time.process_time() - begun < 5  # about one second on an idle machine
        text = "南桥市学院街977号春晖苑3幢208室"
        assert [(text[one.start : one.end], one.tag) for one in parser.parse(text)] == [
            ("南桥市", "city"),
            ("学院街", "road"),
            ("977号", "roadno"),
            ("春晖苑", "poi"),
            ("3幢", "houseno"),
            ("208室", "roomno"),
        ]

    def test_the_facts_say_what_it_was_made_of(self, parser: AddressParser) -> None:
        metrics = parser.facts["metrics"]
        assert parser.facts["rows"] == 80
        assert metrics["addresses"] == sum(held_back(row.text, salt="") for row in written())
        assert metrics["span_f1"] > 0.9
        assert len(parser.facts["data_sha256"]) == 64

    def test_the_same_seed_gives_the_same_model_and_other_data_another_version(
        self, parser: AddressParser
    ) -> None:
        again = train_addresses(written(), recipe=TINY)
        assert again.facts["version"] == parser.facts["version"]
        np.testing.assert_array_equal(again.model.nets[0]["out"], parser.model.nets[0]["out"])
        fewer = train_addresses(written()[:60], recipe=replace(TINY, epochs=1))
        assert fewer.facts["version"] != parser.facts["version"]

    def test_equal_addresses_count_once(self) -> None:
        model = train_addresses(written() * 2, recipe=replace(TINY, epochs=1))
        assert (model.facts["rows"], model.facts["left_out"]) == (80, 80)

    def test_too_few_are_refused(self) -> None:
        with pytest.raises(AddressDataError, match="至少要 20 条"):
            train_addresses(written()[:19], recipe=TINY)

    def test_signs_that_belong_to_nothing_stay_outside(self) -> None:
        rows = [tagged([*row.text, "!"], [*chars(row), "O"]) for row in written()]
        model = train_addresses(rows, recipe=TINY)
        text = "白水市枫桥路9号阳光小区!"
        assert model.parse(text)[-1].end == len(text) - 1

    def test_slopes_agree_with_small_steps(self) -> None:
        """The way back through the net, against differences of the likelihood itself."""
        rows = written()[:6]
        labels = tuple(sorted({one for row in rows for one in token_labels(row) or ()}))
        full = tuple(f"{way}-{name}" for name in sorted({one[2:] for one in labels}) for way in "BI")
        batch = read_batch([row.text for row in rows])
        ids, size = np.unique(codes(batch, {}), return_inverse=True)
        truth = np.array([full.index(one) for row in rows for one in token_labels(row) or ()])
        corpus = _Corpus(size.reshape(len(truth), -1), truth, batch.starts)
        recipe = replace(TINY, codes_out=0.0, values_out=0.0, width=8)
        net = _Trainer(corpus, len(ids), full, recipe, 1)
        lengths = np.diff(batch.starts)
        live = np.arange(lengths.max()) < lengths[:, None]
        gold = np.zeros(live.shape, dtype=np.int64)
        gold[live] = truth
        used, where = np.unique(corpus.ids, return_inverse=True)

        def loss() -> tuple[float, dict[str, np.ndarray]]:
            flow, made, _ = net._forward(used, where.reshape(corpus.ids.shape), live)
            scores = flow @ net.weights["out"] + net.weights["out_lift"]
            down, steps = net._chain_slope(scores, lengths, live, gold)
            slopes, _ = net._backward(down, flow, made)
            rows_, columns = np.nonzero(live)
            right = scores[rows_, columns, gold[live]].sum(dtype=np.float64)
            right += net.weights["steps"][gold[:, :-1], gold[:, 1:]][live[:, 1:]].sum(dtype=np.float64)
            whole = chain(scores, lengths, net.weights["steps"] + net.steps, net.start).logarithm
            return (whole - right) / len(rows), slopes | {"steps": steps}

        _, slopes = loss()
        for name in ("out", "mix0", "mix2", "lift3", "steps", "out_lift"):
            spot = np.unravel_index(np.abs(slopes[name]).argmax(), slopes[name].shape)
            net.weights[name][spot] += np.float32(0.02)
            above, _ = loss()
            net.weights[name][spot] -= np.float32(0.04)
            below, _ = loss()
            net.weights[name][spot] += np.float32(0.02)
            assert (above - below) / 0.04 == pytest.approx(float(slopes[name][spot]), rel=0.05), name


def chars(row: TaggedAddress) -> list[str]:
    """One BIO tag for each character."""
    tags = []
    for start, end, name in row.spans:
        tags += [f"B-{name}"] + [f"I-{name}"] * (end - start - 1)
    return tags


class TestAnyText:
    @given(st.text(max_size=120))
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_parts_stand_in_order_inside_the_text_and_never_overlap(
        self, parser: AddressParser, text: str
    ) -> None:
        last = 0
        for one in parser.parse(text):
            assert last <= one.start < one.end <= len(text)
            assert 0 <= one.confidence <= 1
            assert text[one.start : one.end].strip()
            last = one.end

    @given(st.lists(st.text("青石市解放路阳光小区幢室号0123456789- ab", max_size=40), max_size=8))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_many_at_once_say_the_same_as_one_by_one(self, parser: AddressParser, texts: list[str]) -> None:
        assert [parts(one) for one in parser.parse_many(texts)] == [
            parts(parser.parse(text)) for text in texts
        ]

    @given(st.text("松江市建设大道路锦绣花园号幢室0123456789-abz", max_size=60))
    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_full_width_and_upper_case_are_the_same(self, parser: AddressParser, text: str) -> None:
        wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
        assert parts(parser.parse(wide)) == parts(parser.parse(text)) == parts(parser.parse(text.upper()))

    @pytest.mark.parametrize("text", ["", " ", "\u3000\n\t"])
    def test_nothing_is_found_in_nothing(self, parser: AddressParser, text: str) -> None:
        assert parser.parse(text) == []
        assert parser.parse_many([text, "青石市", text])[::2] == [[], []]
        assert parser.parse_many([]) == []

    @pytest.mark.parametrize(
        "text", ["路" * 100_000, "1" * 100_000, "a" * 100_000, "\ud800" * 300, "１" * 500, "😀号" * 60_000]
    )
    def test_long_and_broken_texts_end_soon(self, parser: AddressParser, text: str) -> None:
        begun = time.process_time()
        found = parser.parse(text)
        assert time.process_time() - begun < 5
        assert all(one.end <= MAX_CHARS for one in found)

    def test_blanks_are_left_out_but_counted(self, parser: AddressParser) -> None:
        text = "  青石市 解放路 12 号"
        assert [text[one.start : one.end] for one in parser.parse(text)][:2] == ["青石市", "解放路"]


class TestChain:
    LABELS = ("B-a", "I-a", "B-b", "I-b", "O")

    @given(st.integers(0, 10_000), st.integers(1, 4))
    @settings(max_examples=40, deadline=None)
    def test_best_sequence_and_span_chances_agree_with_counting_all(self, seed: int, longest: int) -> None:
        draw = np.random.default_rng(seed)
        scores = draw.normal(size=(1, longest, 5)).astype(np.float32) * 2
        steps, start = allowed_steps(self.LABELS)
        steps = steps + draw.normal(size=(5, 5)).astype(np.float32)
        lengths = np.array([longest])
        worth = {}
        for way in itertools.product(range(5), repeat=longest):
            total = start[way[0]] + sum(scores[0, at, one] for at, one in enumerate(way))
            worth[way] = float(total + sum(steps[a, b] for a, b in itertools.pairwise(way)))
        best = best_labels(scores, lengths, steps, start)
        assert worth[tuple(best[0])] == pytest.approx(max(worth.values()), abs=1e-3)
        sums = chain(scores, lengths, steps, start)
        whole = sum(np.exp(value) for value in worth.values())
        assert sums.logarithm == pytest.approx(np.log(whole), abs=1e-3)
        found = span_chances(sums, best, lengths, np.array([1, 1, 3, 3, -1]))
        for first, last in spans(best[0]):
            chance = sum(
                np.exp(value) for way, value in worth.items() if self._has(way, best[0], first, last)
            )
            assert found[0, last] == pytest.approx(chance / whole, abs=1e-3)

    @staticmethod
    def _has(way: tuple[int, ...], best: np.ndarray, first: int, last: int) -> bool:
        inner = {0: 1, 1: 1, 2: 3, 3: 3, 4: -1}
        same = all(way[at] == best[at] for at in range(first, last + 1))
        return same and (last + 1 == len(way) or way[last + 1] != inner[int(best[last])])


def spans(labels: np.ndarray) -> list[tuple[int, int]]:
    """First and last token of each span, O left out."""
    found: list[tuple[int, int]] = []
    for at, label in enumerate(labels):
        if label in (1, 3):
            found[-1] = (found[-1][0], at)
        elif label != 4:
            found.append((at, at))
    return found


class TestModelFile:
    def test_a_loaded_model_says_the_same(self, parser: AddressParser, tmp_path: Path) -> None:
        parser.save(tmp_path / "m.npz")
        again = AddressParser.load(tmp_path / "m.npz")
        texts = [row.text for row in written()]
        assert again.parse_many(texts) == parser.parse_many(texts)
        assert again.facts["version"] == parser.facts["version"]
        assert again.facts["metrics"] == parser.facts["metrics"]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda header, arrays: header.update(kind="linear"),
            lambda header, arrays: header.update(scheme="address v0"),
            lambda header, arrays: header.update(labels=["B-a", "B-b"]),
            lambda header, arrays: header.update(labels=[1, 2]),
            lambda header, arrays: header.update(labels=None),
            lambda header, arrays: header.update(nets=0),
            lambda header, arrays: header.update(nets="2"),
            lambda header, arrays: header.update(nets=2),
            lambda header, arrays: arrays.pop("vocabulary"),
            lambda header, arrays: arrays.update(vocabulary=arrays["vocabulary"][::-1].copy()),
            lambda header, arrays: arrays.update(vocabulary=arrays["vocabulary"][:-1].copy()),
            lambda header, arrays: arrays.update({"0:out": arrays["0:out"] * np.float32("nan")}),
            lambda header, arrays: arrays.update({"0:mix1": arrays["0:mix1"][:, :3].copy()}),
            lambda header, arrays: arrays.update({"0:embedding": np.zeros(3, dtype=np.int8)}),
            lambda header, arrays: arrays.update({"names:0:2": np.zeros(4, dtype=np.uint64)}),
        ],
    )
    def test_files_that_contradict_themselves_are_refused(
        self, parser: AddressParser, tmp_path: Path, spoil: Callable[[dict, dict], None]
    ) -> None:
        path = tmp_path / "m.npz"
        parser.save(path)
        header, arrays = read_model(path)
        arrays = dict(arrays)
        spoil(header, arrays)
        write_model(
            path, {key: value for key, value in header.items() if key not in ("format", "arrays")}, arrays
        )
        with pytest.raises(ModelFileError):
            AddressParser.load(path)

    def test_a_truncated_or_foreign_file_is_refused(self, parser: AddressParser, tmp_path: Path) -> None:
        path = tmp_path / "m.npz"
        parser.save(path)
        whole = path.read_bytes()
        for bad in (b"", b"garbage", whole[: len(whole) // 2], whole[:-10]):
            path.write_bytes(bad)
            with pytest.raises(ModelFileError):
                AddressParser.load(path)

    def test_one_byte_a_number_loses_little(self) -> None:
        values = np.random.default_rng(3).normal(size=(50, 8)).astype(np.float32)
        values[-1] = 0
        assert np.abs(widened(*squeezed(values)) - values).max() <= np.abs(values).max() / 127


class TestRows:
    def test_tags_in_either_case_become_spans(self) -> None:
        row = tagged(
            ["解", "放", "路", "12", "号", "_"], ["B-Road", "I-road", "I-road", "b-roadNo", "i-roadno", "O"]
        )
        assert row == TaggedAddress("解放路12号_", ((0, 3, "road"), (3, 6, "roadno")))
        assert token_labels(row) == ["B-road", "I-road", "I-road", "B-roadno", "I-roadno", "O"]

    def test_an_i_that_continues_nothing_begins(self) -> None:
        assert tagged(["a", "路"], ["I-poi", "I-road"]).spans == ((0, 1, "poi"), (1, 2, "road"))

    def test_a_span_that_cuts_a_number_cannot_be_learned(self) -> None:
        assert token_labels(tagged(["1", "2"], ["B-roadno", "B-roomno"])) is None

    @pytest.mark.parametrize(
        "line",
        [
            "garbage",
            "[]",
            "3",
            "{}",
            '{"tokens": ["a"], "tags": []}',
            '{"tokens": [], "tags": []}',
            '{"tokens": [""], "tags": ["B-a"]}',
            '{"tokens": [1], "tags": ["B-a"]}',
            '{"tokens": null, "tags": ["B-a"]}',
            '{"tokens": ["a"], "tags": ["road"]}',
            '{"tokens": ["\\ud800"], "tags": ["B-a"]}',
            "[" * 100_000,
        ],
    )
    def test_a_bad_line_is_named(self, tmp_path: Path, line: str) -> None:
        good = json.dumps({"tokens": ["路"], "tags": ["B-road"]})
        path = tmp_path / "rows.jsonl"
        path.write_text(f"{good}\n{line}\n", encoding="utf-8")
        with pytest.raises(AddressDataError, match="第 2 行"):
            read_addresses(path)

    def test_files_without_rows_or_text_are_refused(self, tmp_path: Path) -> None:
        for name, content in (("empty", b""), ("blank", b"\n\n"), ("binary", b"\xff\xfe\x00\x81")):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(AddressDataError):
                read_addresses(tmp_path / name)
        for path in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(AddressDataError, match="没有这个文件"):
                read_addresses(path)

    def test_measuring_counts_exact_spans_only(self, parser: AddressParser) -> None:
        rows = [row for row in written() if parts(parser.parse(row.text)) == list(row.spans)][:10]
        assert measure(parser, rows).span_f1 == 1
        moved = [replace(row, spans=(*row.spans[:-1], (*row.spans[-1][:2], "other"))) for row in rows]
        worse = measure(parser, moved)
        assert worse.recall == worse.precision == 1 - len(rows) / sum(len(row.spans) for row in rows)


class TestGazetteer:
    def test_names_help_where_the_rows_never_named_the_place(self, tmp_path: Path) -> None:
        path = tmp_path / "names.csv"
        lines = [f"{number},{city},2" for number, city in enumerate((*CITIES, "沙墩市"))]
        path.write_text("\n".join(["code,name,level", *lines]), encoding="utf-8")
        names = read_gazetteer(path)
        assert {length: len(found) for (_, length), found in names.items()} == {2: 5, 3: 5}
        model = train_addresses(written(), gazetteer=names, recipe=TINY)
        assert model.facts["gazetteer_names"] == 10
        model.save(tmp_path / "m.npz")
        again = AddressParser.load(tmp_path / "m.npz")
        assert again.parse("沙墩市解放路5号") == model.parse("沙墩市解放路5号")
        assert (0, 3, "city") in parts(again.parse("沙墩市解放路5号"))
        at = codes(read_batch(["沙墩市解放"]), names)
        other = codes(read_batch(["沙土市解放"]), names)
        assert (at[:3, -6] != other[:3, -6]).any()

    @pytest.mark.parametrize(
        "content", ["", "a,b\n1,2\n", "name,level\n青石市,x\n", "name,level\n青石市,9\n", "name,level\n"]
    )
    def test_other_tables_are_refused(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "names.csv"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(AddressDataError):
            read_gazetteer(path)
