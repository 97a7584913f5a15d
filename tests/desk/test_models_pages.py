"""The page about the model behind the proposals: what is in use, how good lately, trained anew, switched, put back."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fengqiao.desk.models_page import verdict
from fengqiao.intake import actions, model_store, model_training
from fengqiao.intake.models import Correction, ModelFile, TrainingRun
from fengqiao.lib import clock
from tests.cast import NOW, Cast
from tests.desk.conftest import As, tell
from tests.intake.small_models import packed, small

HOME = "/desk/settings/models/"
MAY_NOT = ("head", "duty", "officer", "mediator", "auditor", "outsider", "nobody")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own for models."""
    settings.MODEL_FILE = tmp_path / "triage.model"
    return tmp_path / "triage.model"


@pytest.fixture
def admin(as_: As) -> Client:
    """The administrator's browser."""
    return as_("admin")


def words(client: Client, path: str = HOME) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_no_model_at_all(admin: Client) -> None:
    text = words(admin)
    assert "没有本所自己的模型" in text
    assert "量不出来" in text
    assert "还没有换过" in text
    assert "换回上一个" not in text


def test_a_bad_file_in_its_place_is_said(admin: Client, place: Path) -> None:
    place.write_bytes(b"rubbish")
    text = words(admin)
    assert "不是模型文件" in text
    assert "反映照收" in text
    assert str(place.parent) not in text


def test_what_is_in_use_with_its_figures(cast: Cast, admin: Client, tmp_path: Path) -> None:
    row = actions.keep_model(by=cast.actor("admin"), name="邻所.npz", content=packed(tmp_path))
    actions.use_model(row, by=cast.actor("admin"), why="试用")
    model_store.put(row)
    text = words(admin)
    for said in (
        "small-1",
        "400 行，2 个类别",
        "留出 80 份来量：单用它，第一个就对 75 %（65 % 到 83 %）",
        "d" * 16,
        row.sha256[:16],
        "试用",
        "邻所.npz",
        "换回上一个",
    ):
        assert said in text, said


def test_how_good_lately_with_count_and_interval(cast: Cast, admin: Client) -> None:
    for n in range(30):
        Correction.objects.create(
            report=tell(cast, text=f"第 {n} 件", key=f"m{n}"), proposed_code="NB2",
            chosen_code="NB2" if n < 24 else "NB4", proposed_severity=3, chosen_severity=3,
            by=cast.people["duty"], at=NOW - timedelta(days=1),
        )  # fmt: skip
    text = words(admin)
    assert "30 份里对 24 份，80 %（63 % 到 90 %）" in text
    assert "30 份里对 30 份，100 %（89 % 到 100 %）" in text
    assert "人定过 30 份" in text
    assert "第 3 件" not in text


def test_brought_switched_and_put_back(
    admin: Client, tmp_path: Path, place: Path, django_capture_on_commit_callbacks: Any
) -> None:
    answer = admin.post(
        "/desk/settings/do/keep_model/", {"file": SimpleUploadedFile("own.npz", packed(tmp_path))}
    )
    assert (answer.status_code, answer["Location"]) == (303, HOME)
    row = ModelFile.objects.get()
    assert not place.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(f"/desk/settings/do/use_model/{row.pk}/", {"why": "试"}).status_code == 303
    assert place.exists()
    assert "只用自带的" in words(admin, "/desk/settings/do/roll_back/")
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post("/desk/settings/do/roll_back/", {}).status_code == 303
    assert not place.exists()
    assert model_store.path_of(row.sha256).exists()


def test_a_bad_file_is_refused_beside_its_field(admin: Client, tmp_path: Path) -> None:
    for name, content in (
        ("x.npz", b"nonsense"),
        ("scams.npz", packed(tmp_path, "s", labels=("贷款", "中奖"))),
    ):
        answer = admin.post("/desk/settings/do/keep_model/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422
        assert 'id="id_file_error"' in answer.content.decode()
    assert not ModelFile.objects.exists()


class TestTraining:
    def test_it_is_started_once_and_watched(self, admin: Client, cast: Cast) -> None:
        answer = admin.post("/desk/settings/do/start_training/")
        run = TrainingRun.objects.get()
        assert answer["Location"] == f"{HOME}training/{run.uid}/"
        assert admin.post("/desk/settings/do/start_training/").status_code == 422
        TrainingRun.objects.update(state="running", step="切分词语", share=0.4)
        text = words(admin, answer["Location"])
        assert 'value="40"' in text
        assert "切分词语" in text
        assert 'hx-trigger="load delay:2s"' in text
        part = admin.get(answer["Location"], headers={"hx-request": "true"}).content.decode()
        assert "<html" not in part
        assert 'value="40"' in part
        assert "重新训练" not in words(admin)

    def test_a_dead_one_is_said_and_replaced(self, admin: Client, cast: Cast) -> None:
        run = actions.start_training(by=cast.actor("admin"))
        with clock.at(NOW + timedelta(minutes=10)):
            assert "多半断了" in words(admin, f"{HOME}training/{run.uid}/")
            assert admin.post("/desk/settings/do/start_training/").status_code == 303

    def test_done_it_stands_beside_what_is_in_use(self, cast: Cast, admin: Client, tmp_path: Path) -> None:
        model = actions.keep_model(by=cast.actor("admin"), name="", content=packed(tmp_path))
        run = actions.start_training(by=cast.actor("admin"))
        found = {"tested": 60, "new_right": 44, "old_right": 36, "only_new": 11, "only_old": 3, "old": ""}
        TrainingRun.objects.update(model=model, compared=found, confirmed=240, held_back=60)
        model_training.finish(run.pk, "done")
        text = words(admin, f"{HOME}training/{run.uid}/")
        for said in (
            "60 份里对 44 份，73 %",
            "60 份里对 36 份，60 %",
            "只有新的对 11 份",
            "学了本所定过的 240 份",
            "换上这个模型",
        ):
            assert said in text, said
        assert "hx-trigger" not in text

    @pytest.mark.parametrize(
        ("new", "old", "said"),
        [(11, 1, "确实好一些"), (1, 11, "不要换"), (6, 4, "偶然"), (0, 0, "没有差别")],
    )
    def test_what_the_difference_says(self, new: int, old: int, said: str) -> None:
        assert said in verdict({"only_new": new, "only_old": old})


def test_few_queries(admin: Client, cast: Cast, tmp_path: Path) -> None:
    for n in range(5):
        actions.keep_model(by=cast.actor("admin"), name="", content=packed(tmp_path, f"m-{n}"))
    with CaptureQueriesContext(connection) as asked:
        words(admin)
    assert len(asked) <= 25, len(asked)


@pytest.mark.parametrize("who", MAY_NOT)
def test_for_others_it_is_not_there(as_: As, cast: Cast, tmp_path: Path, who: str) -> None:
    row = actions.keep_model(by=cast.actor("admin"), name="", content=packed(tmp_path))
    run = actions.start_training(by=cast.actor("admin"))
    client = as_(who)
    paths = [HOME, f"{HOME}training/{run.uid}/", f"/desk/settings/do/use_model/{row.pk}/"]
    paths += [
        f"/desk/settings/do/{verb}/" for verb in ("keep_model", "roll_back", "use_starter", "start_training")
    ]
    for path in (*paths, f"/desk/settings/do/cancel_training/{run.pk}/"):
        assert client.get(path).status_code == 404, path
        assert client.post(path, {}).status_code in {404, 405}, path
    assert HOME not in client.get("/desk/settings/").content.decode()


def test_small_models_are_sound(tmp_path: Path) -> None:
    """The control: what is refused above is refused for another reason."""
    assert small().propose("楼上漏水")[0].label == "NB2"
