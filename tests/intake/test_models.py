"""The model behind the proposals: kept, put to use, put back, trained anew and compared; no model is no trouble."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from fengqiao.accounts.scope import SYSTEM
from fengqiao.algorithms.linear import LinearClassifier
from fengqiao.audit.models import Entry
from fengqiao.intake import actions, engine, model_reads, model_store, model_training
from fengqiao.intake.actions.models import before_this
from fengqiao.intake.models import Correction, ModelFile, ModelUse, Report, Suggestion, TrainingRun
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from tests.cast import NOW, Cast
from tests.intake.small_models import packed, small
from tests.intake.topics import tell

pytestmark = pytest.mark.django_db

OTHERS = ("head", "duty", "officer", "auditor", "outsider", "nobody", "volunteer")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own for models."""
    settings.MODEL_FILE = tmp_path / "triage.model"
    return tmp_path / "triage.model"


@pytest.fixture
def done(django_capture_on_commit_callbacks: Any) -> Any:
    """Do what follows the commit too."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def keep(cast: Cast, tmp_path: Path, version: str, **more: Any) -> ModelFile:
    return actions.keep_model(
        by=cast.actor("admin"), name=f"{version}.npz", content=packed(tmp_path, version, **more)
    )


class TestFiles:
    def test_kept_is_not_in_use(self, cast: Cast, tmp_path: Path, place: Path) -> None:
        row = keep(cast, tmp_path, "small-1")
        assert (row.version, row.rows, row.labels, row.data_sha256) == ("small-1", 400, 2, "d" * 64)
        assert row.metrics is not None
        assert not place.exists()
        assert model_reads.in_use().model is None
        assert Entry.objects.filter(verb="model.kept", data__sha256=row.sha256).count() == 1

    def test_the_same_file_twice_is_one(self, cast: Cast, tmp_path: Path) -> None:
        assert keep(cast, tmp_path, "small-1") == keep(cast, tmp_path, "small-1")
        assert Entry.objects.filter(verb="model.kept").count() == 1

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", "这不是模型".encode(), b"\x93NUMPY"])
    def test_what_is_no_model_is_refused_in_clear_words(self, cast: Cast, content: bytes) -> None:
        with pytest.raises(Refusal) as refused:
            actions.keep_model(by=cast.actor("admin"), name="我的.npz", content=content)
        assert (refused.value.code, refused.value.field) == ("bad_model", "file")
        assert "我的.npz" in refused.value.message
        assert "/" not in refused.value.message
        assert not ModelFile.objects.exists()

    def test_a_cut_or_changed_file_is_refused(self, cast: Cast, tmp_path: Path) -> None:
        whole = packed(tmp_path)
        for content in (whole[: len(whole) // 2], whole[:300] + bytes(40) + whole[340:]):
            with pytest.raises(Refusal):
                actions.keep_model(by=cast.actor("admin"), name="a.npz", content=content)

    def test_a_model_of_something_else_is_refused(self, cast: Cast, tmp_path: Path) -> None:
        with pytest.raises(Refusal) as refused:
            keep(cast, tmp_path, "scams", labels=("贷款", "中奖"))
        assert refused.value.code == "foreign_model"

    def test_one_far_too_large_is_refused(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        content = packed(tmp_path)
        monkeypatch.setattr(model_store, "MAX_FILE", 100)
        with pytest.raises(Refusal):
            actions.keep_model(by=cast.actor("admin"), name="a.npz", content=content)


class TestUse:
    def test_switched_the_next_report_hears_it(
        self, cast: Cast, tmp_path: Path, place: Path, done: Any
    ) -> None:
        row = keep(cast, tmp_path, "loud", favourite="FI5")
        with done():
            actions.use_model(row, by=cast.actor("admin"), why="试一试")
        assert model_store.digest(place) == row.sha256
        assert model_reads.in_use().model == row
        assert "loud" in engine.read("楼上漏水").model_of("category")
        use = ModelUse.objects.first()
        assert use is not None
        assert (use.model, use.by, use.why) == (row, cast.people["admin"], "试一试")
        entry = Entry.objects.get(verb="model.used")
        assert (entry.actor_id, entry.data["sha256"]) == (cast.people["admin"].pk, row.sha256)

    def test_back_and_forth_and_every_file_is_kept(
        self, cast: Cast, tmp_path: Path, place: Path, done: Any
    ) -> None:
        admin = cast.actor("admin")
        one, two = keep(cast, tmp_path, "one"), keep(cast, tmp_path, "two")
        for model in (one, two):
            with done():
                actions.use_model(model, by=admin)
        for expected in (one, two, one):
            with done():
                actions.roll_back(by=admin)
            assert model_reads.in_use().model == expected
        with done():
            actions.use_starter(by=admin)
        assert not place.exists()
        with done():
            actions.roll_back(by=admin)
        assert model_reads.in_use().model == one
        assert all(model_store.path_of(m.sha256).exists() for m in (one, two))
        assert ModelUse.objects.count() == 8  # seven switches, and what was there before the first

    def test_from_the_start_one_goes_back_to_what_comes_along(
        self, cast: Cast, tmp_path: Path, place: Path, done: Any
    ) -> None:
        admin = cast.actor("admin")
        with pytest.raises(Refusal):
            actions.roll_back(by=admin)
        with done():
            actions.use_model(keep(cast, tmp_path, "one"), by=admin)
        assert before_this() == (True, None)
        with done():
            actions.roll_back(by=admin)
        assert not place.exists()

    def test_a_file_put_there_by_hand_is_kept_before_another_comes(
        self, cast: Cast, tmp_path: Path, place: Path, done: Any
    ) -> None:
        small("by-hand").save(place)
        with done():
            actions.use_model(keep(cast, tmp_path, "one"), by=cast.actor("admin"))
        hand = ModelFile.objects.get(version="by-hand")
        assert hand.origin == "found"
        with done():
            actions.roll_back(by=cast.actor("admin"))
        assert model_reads.in_use().model == hand

    def test_a_bad_file_in_its_place_is_said_and_can_be_replaced(
        self, cast: Cast, tmp_path: Path, place: Path, done: Any
    ) -> None:
        place.write_bytes(b"rubbish")
        now = model_reads.in_use()
        assert (now.model, now.there) == (None, True)
        assert "triage.model" in now.bad
        assert engine.read("楼上漏水").categories
        row = keep(cast, tmp_path, "one")
        with done():
            actions.use_model(row, by=cast.actor("admin"))
        assert model_reads.in_use().model == row

    def test_what_is_in_use_is_not_switched_to_again(self, cast: Cast, tmp_path: Path, done: Any) -> None:
        row = keep(cast, tmp_path, "one")
        with done():
            actions.use_model(row, by=cast.actor("admin"))
        before = Entry.objects.count(), ModelUse.objects.count()
        with pytest.raises(Refusal) as refused:
            actions.use_model(row, by=cast.actor("admin"))
        assert refused.value.code == "already"
        assert (Entry.objects.count(), ModelUse.objects.count()) == before

    @pytest.mark.parametrize("spoil", ["gone", "changed"])
    def test_a_kept_file_that_is_gone_or_changed_is_not_used(
        self, cast: Cast, tmp_path: Path, spoil: str
    ) -> None:
        row = keep(cast, tmp_path, "one")
        path = model_store.path_of(row.sha256)
        if spoil == "gone":
            path.unlink()
        else:
            path.write_bytes(packed(tmp_path, "other"))
        with pytest.raises(Refusal) as refused:
            actions.use_model(row, by=cast.actor("admin"))
        assert refused.value.code == "gone"
        assert not ModelUse.objects.exists()

    def test_a_disk_that_refuses_leaves_the_old_one(
        self, cast: Cast, tmp_path: Path, done: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, two = keep(cast, tmp_path, "one"), keep(cast, tmp_path, "two")
        with done():
            actions.use_model(one, by=cast.actor("admin"))

        def full(*_args: object) -> None:
            raise Refusal("满了", code="disk")

        with done():
            actions.use_model(two, by=cast.actor("admin"))
            monkeypatch.setattr(model_store, "copy", full)
        assert model_reads.in_use().model == one

    @pytest.mark.parametrize("who", OTHERS)
    def test_only_who_keeps_the_whole_station_may(self, cast: Cast, tmp_path: Path, who: str) -> None:
        row = keep(cast, tmp_path, "one")
        run = TrainingRun.objects.create(created_at=NOW, seen_at=NOW)
        by = cast.actor(who)
        for verb in (
            lambda: actions.keep_model(by=by, name="a", content=packed(tmp_path, "two")),
            lambda: actions.use_model(row, by=by),
            lambda: actions.use_starter(by=by),
            lambda: actions.roll_back(by=by),
            lambda: actions.start_training(by=by),
            lambda: actions.cancel_training(run, by=by),
        ):
            with pytest.raises(NotAllowed):
                verb()
        assert not ModelUse.objects.exists()
        assert ModelFile.objects.count() == 1


def decide(cast: Cast, n: int, text: str, code: str, **more: Any) -> Report:
    """A report that somebody put into a category."""
    report = tell(cast, text, n, days=2 + n / 100)
    actions.accept_report(report, by=cast.actor("duty"), category=code, owner=cast.people["officer"])
    Report.objects.filter(pk=report.pk).update(**more)
    return report


def decided(cast: Cast, n: int) -> list[Report]:
    """Corrections without the reports' long way: what was decided about so many."""
    first = decide(cast, 0, "楼上漏水滴到 0 号", "NB2")
    made = [first]
    for k in range(1, n):
        code = ("NB2", "FI5", "NB4")[k % 3]
        words = {"NB2": "楼上漏水滴到", "FI5": "电瓶车飞线充电在", "NB4": "为宅基地边界吵到"}[code]
        report = Report.objects.get(pk=first.pk)
        report.pk, report.code, report.idempotency_key = None, f"T{k:04d}", f"t{k}"
        report.text, report.uid = f"{words} {k} 号门口第 {k * 7} 回", uuid4()
        report.save(force_insert=True)
        Correction.objects.create(
            report=report, proposed_code="NB2", chosen_code=code, proposed_severity=3, chosen_severity=3,
            by=cast.people["duty"], at=NOW - timedelta(days=k % 60),
        )  # fmt: skip
        made.append(report)
    return made


class TestLately:
    def test_nothing_decided_is_said_and_not_divided(self, cast: Cast) -> None:
        found = model_reads.lately(NOW)
        assert (found.decided, found.code.percent, found.code.interval) == (0, None, (0.0, 100.0))

    def test_counts_by_field_with_wilsons_interval(self, cast: Cast) -> None:
        for k, (proposed, chosen, level) in enumerate(
            [("NB2", "NB2", 3), ("NB2", "NB4", 3), ("NB2", "FI5", 2), ("", "NB2", 3)]
        ):
            report = tell(cast, f"第 {k} 件", k, days=1)
            Correction.objects.create(
                report=report, proposed_code=proposed, chosen_code=chosen, proposed_severity=3,
                chosen_severity=level, by=cast.people["duty"], at=NOW - timedelta(days=1),
            )  # fmt: skip
        old = tell(cast, "很久以前", 9, days=1)
        Correction.objects.create(
            report=old, proposed_code="NB2", chosen_code="NB2", proposed_severity=3, chosen_severity=3,
            by=cast.people["duty"], at=NOW - timedelta(days=91),
        )  # fmt: skip
        found = model_reads.lately(NOW)
        assert (found.decided, found.silent) == (4, 1)
        assert (found.code.right, found.code.n) == (1, 3)
        assert (found.kind.right, found.kind.n) == (2, 3)  # NB2 and NB4 are both disputes
        assert (found.severity.right, found.severity.n) == (3, 4)
        low, high = found.code.interval
        assert (round(low, 1), round(high, 1)) == (6.1, 79.2)

    def test_by_what_proposed(self, cast: Cast) -> None:
        decide(cast, 1, "楼上漏水，天花板掉皮", "NB2")
        decide(cast, 2, "楼上漏水，又说了", "FI5")
        found = model_reads.lately(NOW)
        (name, share) = found.by_model[0]
        assert name == Suggestion.objects.filter(field="category")[0].model
        assert (share.right, share.n) == (1, 2)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on a few of the lines that come along: whether it learns is tested elsewhere."""
    every = model_training.own_lines

    def some() -> model_training.Lines:
        found = every()
        kept = [(t, c) for t, c in zip(found.texts, found.codes, strict=True) if c in {"NB2", "FI5", "NB4"}]
        return model_training.Lines([t for t, _c in kept], [c for _t, c in kept])

    monkeypatch.setattr(model_training, "own_lines", some)


class TestTraining:
    def test_learned_from_and_measured_on_never_meet(self, cast: Cast) -> None:
        decided(cast, 40)
        said = model_training.confirmed()
        learned, held = said.part(False), said.part(True)
        assert len(learned.texts) + len(held.texts) == 40
        assert held.texts
        assert not set(learned.texts) & set(held.texts)

    def test_need_to_know_complaints_and_numbers_are_not_learned(self, cast: Cast) -> None:
        kept, sealed, about = decided(cast, 3)
        Report.objects.filter(pk=kept.pk).update(text="楼上漏水，电话 13812345678")
        Report.objects.filter(pk=sealed.pk).update(restricted=True)
        Report.objects.filter(pk=about.pk).update(about=cast.people["officer"])
        said = model_training.confirmed()
        assert said.texts == ["楼上漏水，电话 138****5678"]

    def test_a_run_makes_a_model_compares_it_and_switches_nothing(
        self, cast: Cast, quick: None, place: Path
    ) -> None:
        decided(cast, 160)
        run = actions.start_training(by=cast.actor("admin"))
        done = model_training.run_training(run)
        assert (done.state, done.trouble, done.share, done.open) == ("done", "", 1.0, None)
        assert done.confirmed + done.held_back == 160
        assert done.model is not None
        assert done.model.origin == "desk"
        assert done.model.metrics["tested"] == done.held_back == done.compared["tested"] >= 20
        found = done.compared
        assert found["new_right"] - found["old_right"] == found["only_new"] - found["only_old"]
        assert done.model.metrics["accuracy"] > 0.7
        assert found["tested"] >= found["new_right"] >= found["only_new"]
        assert not place.exists()
        assert LinearClassifier.load(model_store.path_of(done.model.sha256)).version == done.model.version

    def test_too_few_held_back_compare_nothing(self, cast: Cast, quick: None) -> None:
        decided(cast, 12)
        done = model_training.run_training(actions.start_training(by=cast.actor("admin")))
        assert (done.state, done.compared) == ("done", None)

    def test_nobody_having_decided_it_is_the_lines_alone(self, cast: Cast, quick: None) -> None:
        done = model_training.run_training(actions.start_training(by=cast.actor("admin")))
        assert (done.state, done.confirmed) == ("done", 0)

    def test_one_at_a_time(self, cast: Cast) -> None:
        first = actions.start_training(by=cast.actor("admin"))
        with pytest.raises(Refusal) as refused:
            actions.start_training(by=cast.actor("admin"))
        assert refused.value.code == "busy"
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingRun.objects.create(created_at=NOW, seen_at=NOW)
        with clock.at(NOW + timedelta(minutes=5)):  # its process is dead
            second = actions.start_training(by=cast.actor("admin"))
        first.refresh_from_db()
        assert (first.state, first.open) == ("failed", None)
        assert second.state == "ready"

    def test_stopped_it_changes_nothing(
        self, cast: Cast, quick: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = actions.start_training(by=cast.actor("admin"))
        real = model_training.own_lines

        def stop() -> Any:
            actions.cancel_training(run, by=cast.actor("admin"))
            return real()

        monkeypatch.setattr(model_training, "own_lines", stop)
        done = model_training.run_training(run)
        assert (done.state, done.model) == ("cancelled", None)
        assert not ModelFile.objects.exists()
        with pytest.raises(Refusal):
            actions.cancel_training(run, by=cast.actor("admin"))

    def test_whatever_goes_wrong_is_said_and_the_next_can_start(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> Any:
            raise MemoryError

        monkeypatch.setattr(model_training, "own_lines", broken)
        done = model_training.run_training(actions.start_training(by=cast.actor("admin")))
        assert done.state == "failed"
        assert "MemoryError" in done.trouble
        assert actions.start_training(by=cast.actor("admin")).state == "ready"

    def test_too_little_to_learn_from_is_said(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(model_training, "own_lines", lambda: model_training.Lines(["漏水"], ["NB2"]))
        done = model_training.run_training(actions.start_training(by=SYSTEM))
        assert done.state == "failed"
        assert done.trouble

    def test_a_run_is_done_once(self, cast: Cast, quick: None) -> None:
        run = actions.start_training(by=cast.actor("admin"))
        model_training.run_training(run)
        before = Entry.objects.count()
        assert model_training.run_training(run).state == "done"
        assert Entry.objects.count() == before
