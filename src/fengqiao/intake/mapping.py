"""Which column of a table is what: guessed from the head, remembered once a person has said so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.intake.models import ImportMapping
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import fold
from fengqiao.lib.wording import listed

FIELDS = {
    "external_id": _("编号"),
    "title": _("标题"),
    "body": _("内容"),
    "reported_at": _("时间"),
    "place": _("地点"),
    "area": _("片区"),
    "lat": _("纬度"),
    "lon": _("经度"),
    "author": _("反映人账号"),
    "name": _("姓名"),
    "phone": _("电话"),
    "deadline": _("答复期限"),
    "category": _("类别代码"),
}
"""What a column can be. ``title`` or ``body`` must be there; everything else may be missing."""

_GUESSES: dict[str, tuple[str, ...]] = {
    field: tuple(names.split())
    for field, names in {
        "external_id": "工单编号 警情编号 接警单编号 案件编号 诉求编号 编号 序号 单号 id external_id",
        "title": "标题 主题 诉求标题 事由 title",
        "body": "诉求内容 报警内容 警情内容 简要警情 反映内容 内容 正文 留言详情 详情 描述 body text",
        "reported_at": "受理时间 报警时间 接警时间 来电时间 诉求时间 留言时间 反映时间 时间 日期 reported_at time",
        "place": "事发地址 警情地址 案发地址 诉求地址 发生地点 地址 地点 位置 place address",
        "area": "所属社区 所属网格 辖区 社区 村居 area",
        "lat": "纬度 lat latitude",
        "lon": "经度 lon lng longitude",
        "author": "留言用户 用户 账号 user author",
        "name": "诉求人 报警人 来电人 联系人 反映人 姓名 name",
        "phone": "联系电话 报警电话 来电号码 手机号 电话 phone",
        "deadline": "办理时限 回复期限 答复期限 办结时限 截止时间 反馈时限 deadline due",
        "category": "类别代码 category",
    }.items()
}
"""Names a column is likely to have, the surest first."""


def parse_mapping(text: str) -> dict[str, str]:
    """A mapping written as ``title=标题,body=内容``. Raises Refusal naming what cannot be read."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in re.split(r"[,，]", text))):
        target, equals, column = part.partition("=")
        if not equals or target.strip() not in FIELDS or not column.strip():
            known = "、".join(FIELDS)
            raise Refusal(
                _now("列对应 “%(part)s” 看不懂，请写成 body=内容 的样子；可用：%(known)s")
                % {"part": part, "known": known},
                code="bad_mapping",
            )
        found[target.strip()] = column.strip()
    return found


def check_mapping(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The mapping without empty entries. Raises Refusal for columns the file lacks and when no words are mapped."""
    found = {target: column for target, column in mapping.items() if column}
    unknown = [target for target in found if target not in FIELDS]
    if unknown:
        raise Refusal(_now("不认识的字段：%(unknown)s") % {"unknown": listed(unknown)}, code="bad_mapping")
    missing = [column for column in found.values() if column not in columns]
    if missing:
        raise Refusal(
            _now("文件里没有这些列：%(missing)s。文件里有：%(columns)s")
            % {"missing": listed(missing), "columns": listed(columns)},
            code="missing_columns",
        )
    if not {"title", "body"} & set(found):
        raise Refusal(_now("请选哪一列是内容"), code="missing_columns", field="body")
    return found


def guess(columns: Sequence[str]) -> dict[str, str]:
    """The likely mapping of a head seen for the first time; each column is used once."""
    plain = {column: fold(column).replace(" ", "") for column in columns}
    found: dict[str, str] = {}
    for target, names in _GUESSES.items():
        free = [c for c in columns if c not in found.values()]
        hit = next((c for name in names for c in free if plain[c] == name), None)
        hit = hit or next((c for name in names if len(name) > 2 for c in free if name in plain[c]), None)
        if hit is not None:
            found[target] = hit
    return found


def fingerprint(columns: Sequence[str]) -> str:
    """The same for the same head whatever the order of its columns."""
    text = "\n".join(sorted(fold(c) for c in columns))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def remembered(columns: Sequence[str]) -> dict[str, str] | None:
    """The mapping a person chose for this head before, None for a new head."""
    row = ImportMapping.objects.filter(header=fingerprint(columns)).first()
    if row is None:
        return None
    return {str(k): str(v) for k, v in row.mapping.items() if v in columns and k in FIELDS}


def remember(columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Keep the mapping for the next file with this head."""
    ImportMapping.objects.update_or_create(
        header=fingerprint(columns), defaults={"mapping": dict(mapping), "used_at": clock.now()}
    )
