"""places: which place a text means, among the station's own and, where they were imported, all villages."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from fengqiao.lib.errors import Refusal

if TYPE_CHECKING:
    from fengqiao.algorithms.places import Near, PlaceCandidate
    from fengqiao.algorithms.villages import VillageCandidate


def register(commands: Any) -> None:
    """Add the commands of this group."""
    places = commands.add_parser("places", help="一句话说的是哪里：本辖区的片区和场所，以及全国的村")
    places.add_argument("text", help="地址或反映的原话")
    places.add_argument("--near", default="", help="从哪里来的：片区编码或区划代码（2 到 12 位）")
    places.add_argument("--villages", action="store_true", help="只查全国的村，不用数据库")
    places.add_argument("--top", type=int, default=5, help="最多几个，默认 5")
    places.add_argument("--json", action="store_true")
    places.set_defaults(do=do_places)


def do_places(args: argparse.Namespace) -> int:
    """Print the candidates with their reasons; the exit code is 0 also when there is none."""
    found = _villages(args) if args.villages else _own(args)
    if args.json:
        print(json.dumps({"text": args.text, "candidates": found}, ensure_ascii=False))
        return 0
    for row in found:
        detail = f" {row['detail']}" if row["detail"] else ""
        print(f"{row['confidence']:4.0%} {row['name']}{detail}（{row['id']}）：{'；'.join(row['reasons'])}")
    if not found:
        print("没有听出说的是哪里")
    return 0


def _villages(args: argparse.Namespace) -> list[dict[str, Any]]:
    from fengqiao.territory.villages import village_index

    index = village_index()
    if index is None:
        raise Refusal("还没有全国的村名，请先运行 fengqiao import villages")
    near = [args.near] if args.near else []
    if near and not (args.near.isascii() and args.near.isdecimal() and 2 <= len(args.near) <= 12):
        raise Refusal("--near 要是 2 到 12 位的区划代码")
    return [_village(one) for one in index.find(args.text, near, k=max(1, args.top))]


def _village(one: VillageCandidate) -> dict[str, Any]:
    return {
        "id": one.code,
        "kind": "village",
        "name": one.full,
        "confidence": one.confidence,
        "said": one.said,
        "how": one.how,
        "same_named": one.same_named,
        "detail": one.detail,
        "reasons": list(one.reasons),
    }


def _own(args: argparse.Namespace) -> list[dict[str, Any]]:
    from fengqiao.territory.queries import place_finder

    found = place_finder().find(args.text, _near(args.near), k=max(1, args.top))
    return [_place(args.text, one) for one in found]


def _near(code: str) -> Near | None:
    """The area of the station with this code."""
    from fengqiao.algorithms.places import Near
    from fengqiao.territory.models import Area

    if not code:
        return None
    area = Area.objects.filter(code=code, valid_to__isnull=True).first()
    if area is None:
        raise Refusal(f"没有编码为 {code} 的片区；要按区划代码查全国的村，请加 --villages")
    return Near(area_ids=frozenset({f"area:{area.pk}"}))


def _place(text: str, one: PlaceCandidate) -> dict[str, Any]:
    return {
        "id": one.entry_id,
        "kind": one.kind,
        "name": one.name,
        "confidence": one.confidence,
        "said": text[one.start : one.end],
        "detail": one.detail,
        "reasons": list(one.reasons),
    }
