"""Whether a dispute may be mediated at all, what its words make somebody ask, and which other ways stay open.

Articles named are those of the law on people's mediation (人民调解法) unless another law is named; the list of what is
never mediated is ours where no law says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from fengqiao.mediation.choices import Verdict


@dataclass(frozen=True)
class Answers:
    """What the person who checks suitability found out, each a plain yes or no.

    ``victim_agrees``: where there was violence at home, the one who suffered it wants to talk about property and
    living arrangements, free and apart from the violence.
    """

    crime: bool = False
    domestic_violence: bool = False
    victim_agrees: bool = False
    harm_to_minor: bool = False
    no_guardian: bool = False
    status_question: bool = False
    party_in_fear: bool = False
    reserved_by_law: bool = False

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The questions, in the order they are asked."""
        return tuple(f.name for f in fields(cls))


QUESTIONS: dict[str, Any] = {
    "crime": _("是否涉嫌犯罪"),
    "domestic_violence": _("是否涉及家庭暴力"),
    "victim_agrees": _("受害一方是否愿意谈财产和生活安排"),
    "harm_to_minor": _("是否涉及侵害未成年人"),
    "no_guardian": _("是否有人没有民事行为能力又没有监护人到场"),
    "status_question": _("要解决的是否是身份、收养、婚姻关系本身"),
    "party_in_fear": _("是否有一方害怕对方、不敢说真话"),
    "reserved_by_law": _("法律是否规定只能由专门机关处理"),
}

_NEVER: dict[str, str] = {
    "crime": gettext_noop("涉嫌犯罪的不调解，由公安机关办理"),
    "harm_to_minor": gettext_noop("涉及侵害未成年人的不调解，要立即报告公安机关"),
    "no_guardian": gettext_noop("有当事人没有民事行为能力，监护人没有到场，不能调解"),
    "status_question": gettext_noop("身份、收养、婚姻关系本身要由法院或登记机关决定，不能靠调解确定"),
    "party_in_fear": gettext_noop("有一方害怕对方、不敢说真话，自愿和平等得不到保证，不能调解"),
    "reserved_by_law": gettext_noop("法律规定由专门机关处理，人民调解不受理"),
}

_HINTS: dict[str, str] = {
    "crime": r"轻伤|重伤|强奸|猥亵|抢劫|诈骗|敲诈|非法拘禁|吸毒",
    "domestic_violence": r"家暴|家庭暴力|打老婆|打媳妇|(?:老公|丈夫|男人|老婆|妻子)[^,。，；\n]{0,4}[动殴]?打|殴打妻",
    "harm_to_minor": r"(?:孩子|女童|男童|学生|未成年)[^,。，；\n]{0,6}(?:被打|被欺负|被摸|受伤害|被侵)",
    "no_guardian": r"精神病|精神分裂|智力残疾|老年痴呆|痴呆|植物人",
    "status_question": r"亲子鉴定|亲子关系|解除收养|收养关系|婚姻无效|确认婚姻|监护权归",
    "party_in_fear": r"不敢说|不敢见|不敢回家|害怕他|害怕她|害怕对方|被跟踪|被威胁",
}
_HINT_PATTERNS = {key: re.compile(pattern) for key, pattern in _HINTS.items()}


@dataclass(frozen=True)
class Reason:
    """Why something may not be mediated, or only in part."""

    key: str
    text: str


@dataclass(frozen=True)
class Suitability:
    """The answer of the check: a verdict, its reasons, and the other routes to name to the parties."""

    verdict: str
    reasons: tuple[Reason, ...]
    routes: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether a mediation may be opened."""
        return self.verdict != Verdict.NO

    def as_json(self, answers: Answers) -> dict[str, Any]:
        """For the case's row."""
        return {
            "verdict": str(self.verdict),
            "reasons": [asdict(r) for r in self.reasons],
            "routes": list(self.routes),
            "answers": asdict(answers),
        }


def suitability(*, code: str, kind: str, mediation: str, answers: Answers) -> Suitability:
    """Whether a matter of category ``code`` may be mediated, wholly, on its civil side only, or not at all.

    ``mediation`` is the category's flag Y, C or N. Never: crime, harm to a minor, somebody without legal capacity
    and without guardian, questions of status, what a law gives to one body alone, a party in fear, and violence
    at home as such (its property and living side only when the one who suffered it wants to talk).
    """
    reasons = [Reason(key, text) for key, text in _NEVER.items() if getattr(answers, key)]
    if mediation == "N":
        reasons.append(_category_reason(code, kind))
    violence = answers.domestic_violence and mediation != "N"
    if violence and not answers.victim_agrees:
        reasons.append(
            Reason(
                "domestic_violence",
                gettext_noop("家庭暴力本身不调解；受害一方没有表示愿意，也不安排双方见面"),
            )
        )
    if reasons:
        return Suitability(Verdict.NO, tuple(reasons), routes(code, kind))
    if violence:
        text = gettext_noop("家庭暴力本身不调解，只谈财产和生活安排；按受害一方的意愿，可以分开谈")
        return Suitability(Verdict.CIVIL, (Reason("domestic_violence", text),), routes(code, kind))
    if mediation == "C":
        text = gettext_noop("只调赔偿、费用等民事部分；违法行为由有关机关另行处理")
        return Suitability(Verdict.CIVIL, (Reason("civil_only", text),), routes(code, kind))
    return Suitability(Verdict.YES, (), routes(code, kind))


def _category_reason(code: str, kind: str) -> Reason:
    if code == "FA7":
        return Reason(
            "domestic_violence",
            gettext_noop("家庭暴力本身不调解，由公安机关处理，可以申请告诫书和人身安全保护令"),
        )
    if code.startswith("MI"):
        return Reason("protection", gettext_noop("涉及需要特别保护的人，不调解，按保护程序办理"))
    if kind in {"petty_case", "fraud_attempt"}:
        return Reason("crime", gettext_noop("涉嫌违法犯罪，由公安机关办理，不调解"))
    return Reason("category", gettext_noop("这类事由有关单位直接处理，不是双方可以商量的民事纠纷"))


def hints(*texts: str) -> dict[str, str]:
    """Questions the words themselves raise: question key -> the words seen. A person answers them."""
    found: dict[str, str] = {}
    for key, pattern in _HINT_PATTERNS.items():
        for text in texts:
            match = pattern.search(text)
            if match:
                found.setdefault(key, match[0])
    return found


ROUTES: dict[str, str] = {
    "police": gettext_noop("报警，由公安机关处理"),
    "protection_order": gettext_noop("向法院申请人身安全保护令，拨打 12338 求助"),
    "labour": gettext_noop("申请劳动仲裁，或拨打 12333 向劳动监察反映"),
    "market": gettext_noop("拨打 12315 向市场监管部门反映"),
    "administrative": gettext_noop("请主管部门处理"),
    "next_level": gettext_noop("请上一级调解组织调解"),
    "court": gettext_noop("向人民法院起诉"),
    "legal_aid": gettext_noop("拨打 12348 咨询律师、申请法律援助"),
}
"""Other ways that stay open to the parties (art. 3, 26): mediation never blocks them."""


def routes(code: str, kind: str) -> tuple[str, ...]:
    """Keys of ROUTES that fit a category, the nearest first."""
    found: list[str] = []
    if code == "FA7":
        found += ["police", "protection_order"]
    elif code.startswith("MI") or kind in {"petty_case", "fraud_attempt"}:
        found.append("police")
    if code.startswith("LB"):
        found.append("labour")
    if code in {"EC3", "EC4"}:
        found.append("market")
    if code in {"LV1", "LV3", "LV7"} or kind in {"hazard", "order"}:
        found.append("administrative")
    if kind == "dispute" and code != "FA7":
        found.append("next_level")
    return (*found, "court", "legal_aid")


def routes_text(keys: Iterable[str]) -> str:
    """Routes as one sentence, in the language of the page."""
    return _now("；").join(_now(ROUTES[key]) for key in keys)
