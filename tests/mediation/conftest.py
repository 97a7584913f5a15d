"""The mediation room of the cast: a leak between two flats, its mediator, and steps to any point of a mediation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Category, Matter
from fengqiao.mediation import actions
from fengqiao.mediation.models import Agreement, MediationCase, Party, Session
from fengqiao.teams.models import Resource
from tests.cast import NOW, Cast

WANG_ID = "11010519491231002X"
"""A made-up identity number whose check character fits; born 1949-12-31, female."""
CHILD_ID = "110105201503120017"
"""Made up too; born 2015-03-12."""


@dataclass
class Room:
    """Builds mediations; every step is done by whoever would do it."""

    cast: Cast
    who: str = "mediator"

    def by(self, name: str = "") -> Actor:
        """The actor of one of the cast, the mediator of this room when none is named."""
        return self.cast.actor(name or self.who)

    def matter(self, code: str = "NB2", area: str = "grid1", owner: str = "officer", **more: Any) -> Matter:
        """An accepted matter in the area."""
        matter = matters.open_matter(
            by=self.by("duty" if area != "other_grid" else "head"),
            category=Category.objects.get(code=code, valid_to__isnull=True),
            title=more.pop("title", "5 栋 302 漏到 202"),
            summary=more.pop("summary", "卫生间天花板一直滴水，说了两次没修"),
            area=self.cast.areas[area],
            origin="resident",
            owner=self.cast.people[owner],
            **more,
        )
        return matters.accept(matter, by=self.by(owner))

    def case(self, matter: Matter | None = None, **more: Any) -> MediationCase:
        """A case being checked, opened by the beat officer, mediated by 李敏."""
        return actions.open_case(
            matter or self.matter(),
            by=more.pop("by", None) or self.by("officer"),
            mediator=more.pop("mediator", None) or self.cast.people[self.who],
            start=more.pop("start", "party"),
            facts=more.pop("facts", "302 的卫生间防水坏了，水渗到 202 的天花板，墙皮脱落，双方为修理费争执"),
            request=more.pop("request", "修好防水，赔偿墙面 3000 元"),
            **more,
        )

    def party(self, case: MediationCase, side: str = "applicant", name: str = "张建华", **more: Any) -> Party:
        """One more party."""
        draft = actions.PartyDraft(side=side, name=name, **more)
        return actions.add_party(case, by=self.by(), party=draft)

    def both(self, case: MediationCase) -> tuple[Party, Party]:
        """Two parties who agree to mediation and know their rights."""
        first = self.party(
            case, "applicant", "张建华", phone="13812345120", identity=WANG_ID, address="锦澜苑 5 栋 202"
        )
        second = self.party(
            case, "respondent", "刘芳", phone="13912345678", address="锦澜苑 5 栋 302", sex="女", age=41
        )
        for party in (first, second):
            actions.record_consent(party, by=self.by(), given=True, how="当面", rights_told=True)
        return first, second

    def started(self, case: MediationCase | None = None) -> MediationCase:
        """A mediation under way."""
        case = case or self.case()
        self.both(case)
        return actions.start_mediation(case, by=self.by())

    def session(self, case: MediationCase, **more: Any) -> Session:
        """A planned sitting, in two hours unless told."""
        return actions.plan_session(
            case,
            by=self.by(),
            planned_at=more.pop("planned_at", NOW + timedelta(hours=2)),
            place=more.pop("place", "锦澜警务室"),
            **more,
        )

    def held(self, case: MediationCase, **more: Any) -> Session:
        """A sitting just held."""
        session = self.session(case, planned_at=clock.now() - timedelta(hours=1))
        return actions.record_session(
            session,
            by=self.by(),
            minutes=50,
            rights_told=True,
            statements=more.pop("statements", "202：水滴了一个月。302：愿意修，嫌赔得多。"),
            proposals=more.pop("proposals", "302 修好防水并赔 3000 元"),
            result=more.pop("result", "双方同意"),
            agreed=more.pop("agreed", True),
            **more,
        )

    def terms(self, case: MediationCase) -> list[actions.TermDraft]:
        """Two terms: mend by 20 March, pay 3,000 yuan by 31 March."""
        payer = case.parties.get(side="respondent")
        return [
            actions.TermDraft(
                "修好 302 卫生间的防水，两家共同查看不再渗水", payer, None, "请物业到场", date(2026, 3, 20)
            ),
            actions.TermDraft("赔偿 202 墙面修补费", payer, Decimal("3000"), "微信转账", date(2026, 3, 31)),
        ]

    def agreed(
        self, case: MediationCase | None = None, terms: Sequence[actions.TermDraft] | None = None, **more: Any
    ) -> Agreement:
        """A signed, sealed, valid agreement."""
        case = case or self.started()
        signed = {"signed_by_all": True, "mediator_signed": True, "committee_sealed": True}
        return actions.record_agreement(
            case,
            by=self.by(),
            form=more.pop("form", "written"),
            facts=more.pop("facts", "302 防水失修致 202 受损，302 承担修理和赔偿责任"),
            terms=terms or self.terms(case),
            **{**signed, **more},
        )


@pytest.fixture
def room(cast: Cast) -> Room:
    """The mediation room."""
    return Room(cast)


@pytest.fixture
def hall(cast: Cast) -> Resource:
    """A mediation room in the street."""
    return Resource.objects.create(
        kind="street_centre", name="望河街道调解中心 1 室", area=cast.areas["street"], hours="8:30-17:30"
    )


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    """A moment of 2026 on the station's wall clock."""
    return datetime(2026, month, day, hour, tzinfo=clock.LOCAL)
