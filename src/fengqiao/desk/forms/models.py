"""Forms about the model behind the proposals, for who keeps the whole station's configuration."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.algorithms.modelfile import MAX_FILE
from fengqiao.desk.forms.fields import line
from fengqiao.desk.forms.rooms import upload
from fengqiao.desk.forms.settings import CONFIGURE, OwnForm, register
from fengqiao.intake import actions
from fengqiao.intake.actions.models import before_this, keeps_models
from fengqiao.intake.models import ModelFile, TrainingRun
from fengqiao.lib.errors import OutOfReach


class ModelForm(OwnForm):
    """A verb on the station's model."""

    right = CONFIGURE

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Any:
        """Nothing but the right over the whole station. Raises OutOfReach."""
        if pk is not None or not keeps_models(by):
            raise OutOfReach
        return None

    @property
    def about(self) -> str:
        """Which model."""
        return self.target.version if isinstance(self.target, ModelFile) else ""

    def back(self) -> str:
        return reverse("desk:models")


@register
class KeepModelForm(ModelForm):
    """A model file is brought along."""

    verb, icon = "keep_model", "upload"
    title, button, done = _("上传模型文件"), _("上传"), _("收下了，还没有换上")
    hint = _("用命令训练的，或别的所同一套类别的模型；先查完好，再收下，换不换由您定")

    file = upload(_("模型文件"), ".model,.npz")

    def act(self) -> None:
        file = self.cleaned_data["file"]
        actions.keep_model(by=self.by, name=file.name or "", content=file.read(MAX_FILE + 1))


@register
class UseModelForm(ModelForm):
    """Another model proposes from now on."""

    verb, icon = "use_model", "check"
    title, button, done = _("换上这个模型"), _("换上"), _("换好了，下一份反映起由它建议")
    hint = _("模型只提建议，受理由人定。原来的留着，随时可以换回")

    why = line(_("为什么换"), required=False)

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> ModelFile:
        """A kept model. Raises OutOfReach."""
        found = ModelFile.objects.filter(pk=pk or 0).first() if keeps_models(by) else None
        if found is None:
            raise OutOfReach
        return found

    def act(self) -> None:
        actions.use_model(self.target, by=self.by, why=self.said("why"))


@register
class RollBackForm(ModelForm):
    """Back to what proposed before."""

    verb, icon = "roll_back", "arrow-back-up"
    title, button, done = _("换回上一个"), _("换回"), _("换回去了，下一份反映起由它建议")

    why = line(_("为什么换回"), required=False)

    def prepare(self) -> None:
        there, model = before_this()
        if there:
            what = model.version if model is not None else _now("只用自带的")
            self.fields["why"].help_text = _now("换回：%(what)s") % {"what": what}

    def act(self) -> None:
        actions.roll_back(by=self.by, why=self.said("why"))


@register
class UseStarterForm(ModelForm):
    """Only what comes with the program proposes."""

    verb, icon = "use_starter", "home"
    title, button, done = _("只用自带的"), _("只用自带的"), _("换好了，只用自带的")
    hint = _("自带的词语规则和例句模型，不用本所的数据")

    why = line(_("为什么换"), required=False)

    def act(self) -> None:
        actions.use_starter(by=self.by, why=self.said("why"))


@register
class TrainForm(ModelForm):
    """A model is trained on what was decided at the desk."""

    verb, icon = "start_training", "player-play"
    title, button, done = _("用本所定过的重新训练"), _("开始训练"), _("开始了，可以走开，做完在这里看")
    hint = _("五份里留一份不学，专门用来和现在用的比。要保密的和投诉不学，号码先遮掉。做完不会自己换上")

    def act(self) -> str:
        run = actions.start_training(by=self.by)
        return reverse("desk:training", args=[run.uid])


@register
class CancelTrainingForm(ModelForm):
    """A training is stopped."""

    verb, icon = "cancel_training", "x"
    title, button, done = _("停下训练"), _("停下"), _("停下了，现在用的没有变")

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> TrainingRun:
        """A training. Raises OutOfReach."""
        found = TrainingRun.objects.filter(pk=pk or 0).first() if keeps_models(by) else None
        if found is None:
            raise OutOfReach
        return found

    def act(self) -> None:
        actions.cancel_training(self.target, by=self.by)
