"""Turning a merged configuration into a checked PlaceConfig; refusals name file, key and what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fengqiao.lib.config_files import Node
from fengqiao.lib.place_types import (
    CategoryChanges,
    DutyGroup,
    DutyList,
    Item,
    Kind,
    Level,
    Mechanism,
    MediationRoomKind,
    PlaceConfig,
    Role,
    Scale,
    TeamKind,
    TeamScale,
)
from fengqiao.lib.place_vocabulary import (
    AREA_RANKS,
    CASE_RIGHTS,
    CONTROL_RIGHTS,
    EVIDENCE_KINDS,
    MODULES,
    RHYTHMS,
    RIGHTS,
    START_CODES,
    STATION,
    WORDS,
)
from fengqiao.lib.wording import gettext as _
from fengqiao.lib.wording import listed

_NAMED = ("key", "zh", "en")
_SCALE_COUNTS = (
    "stations", "streets", "communities", "villages", "grids", "beats", "residents", "households", "premises",
    "key_sites", "officers", "auxiliaries", "volunteers", "matters_per_year",
)  # fmt: skip

_SCALE_EXTRAS = (
    "zones", "households_of_first_village", "tenants", "years", "disputes_per_year", "mediated_percent",
    "settled_percent",
)  # fmt: skip

TOP_KEYS = (
    "name", "words", "ladder", "station_level", "roles", "answer_chain", "team_kinds", "mechanisms",
    "duty_lists", "partner_kinds", "resource_kinds", "mediation_room_kinds", "categories", "modules", "scale",
)  # fmt: skip
"""Everything the merged configuration must say."""


def read_place(key: str, root: Node) -> PlaceConfig:
    """The place ``key`` from the merged configuration ``root``. Raises ConfigError for whatever is wrong."""
    top = root.fields(TOP_KEYS, TOP_KEYS)
    name_zh, name_en = _label(top["name"])
    words = _words(top["words"])
    roles = tuple(_role(node) for node in top["roles"].keyed())
    role_keys = {role.key for role in roles}
    ladder, station_level = _ladder(top["ladder"], top["station_level"], role_keys)
    recorders = {role.key for role in roles if role.may("dutylist.record")}
    team_kinds = tuple(_team_kind(node, role_keys) for node in top["team_kinds"].keyed())
    return PlaceConfig(
        key=key,
        name_zh=name_zh,
        name_en=name_en,
        words={k: zh for k, (zh, _en) in words.items()},
        words_en={k: en for k, (_zh, en) in words.items()},
        ladder=ladder,
        station_level=station_level,
        roles=roles,
        answer_chain=_known(top["answer_chain"], role_keys, at_least=1),
        team_kinds=team_kinds,
        mechanisms=tuple(_mechanism(node, recorders) for node in top["mechanisms"].keyed()),
        duty_lists=tuple(_duty_list(node, recorders) for node in top["duty_lists"].keyed()),
        partner_kinds=_kinds(top["partner_kinds"]),
        resource_kinds=_kinds(top["resource_kinds"]),
        mediation_room_kinds=_room_kinds(top["mediation_room_kinds"], {level.key for level in ladder}),
        categories=_categories(top["categories"]),
        modules=_modules(top["modules"]),
        scale=_scale(top["scale"], {kind.key for kind in team_kinds}),
    )


def _label(node: Node) -> tuple[str, str]:
    fields = node.fields(("zh", "en"), ("zh", "en"))
    return fields["zh"].text(60), fields["en"].text()


def _words(node: Node) -> dict[str, tuple[str, str]]:
    return {key: _label(item) for key, item in node.fields(WORDS, WORDS).items()}


def _known(node: Node, known: Iterable[str], at_least: int = 0) -> tuple[str, ...]:
    keys = node.texts()
    known = sorted(known)
    for item in node.items():
        item.one_of(known)
    if len(keys) < at_least:
        node.fail(_("至少写 %(n)s 个，可写：%(known)s") % {"n": at_least, "known": listed(known)})
    return keys


def _ladder(node: Node, station: Node, roles: set[str]) -> tuple[tuple[Level, ...], Level]:
    entries = list(node.keyed())
    if not entries:
        node.fail(_("化解层级至少要有一级"))
    keys = [entry.entries()["key"].one_of(AREA_RANKS) for entry in entries]
    if keys != sorted(keys, key=AREA_RANKS.index):
        node.fail(_("层级要从低到高排：%(ranks)s") % {"ranks": listed(AREA_RANKS)})
    above: list[str | None] = [*keys[1:], None]
    ladder = tuple(_level(entry, up, roles) for entry, up in zip(entries, above, strict=True))
    _check_starts(node, ladder)
    needed = ("zh", "en", "days", "roles", "climbs_to")
    fields = station.fields(needed, needed)
    beside = Level(
        key=STATION,
        zh=fields["zh"].text(60),
        en=fields["en"].text(),
        days=fields["days"].whole(1, 365),
        starts=("P",),
        roles=_known(fields["roles"], roles, at_least=1),
        climbs_to=fields["climbs_to"].one_of(keys),
    )
    return ladder, beside


def _level(node: Node, climbs_to: str | None, roles: set[str]) -> Level:
    needed = (*_NAMED, "days", "starts", "roles")
    fields = node.fields(needed, needed)
    return Level(
        key=fields["key"].text(),
        zh=fields["zh"].text(60),
        en=fields["en"].text(),
        days=fields["days"].whole(1, 365),
        starts=_known(fields["starts"], START_CODES[:-1]),
        roles=_known(fields["roles"], roles, at_least=1),
        climbs_to=climbs_to,
    )


def _check_starts(node: Node, ladder: tuple[Level, ...]) -> None:
    """Each start code but the station's begins at exactly one level, lower codes not above higher ones."""
    order = [code for level in ladder for code in level.starts]
    for code in START_CODES[:-1]:
        if order.count(code) != 1:
            node.fail(
                _("起始层级 %(code)s 要在恰好一级的 starts 里，现在出现 %(n)s 次")
                % {"code": code, "n": order.count(code)}
            )
    if order != sorted(order, key=START_CODES.index):
        node.fail(_("starts 要按 G、V、T、C 从低到高排"))


def _role(node: Node) -> Role:
    fields = node.fields((*_NAMED, "rights", "certificate", "term_months", "duties"), (*_NAMED, "rights"))
    rights = _known(fields["rights"], RIGHTS)
    if CONTROL_RIGHTS & set(rights) and CASE_RIGHTS & set(rights):
        fields["rights"].fail(_("系统管理和审计的权限不能和看事项的权限放在同一个角色里，请分成两个角色"))
    certificate = fields["certificate"].flag() if "certificate" in fields else False
    duties = fields["duties"].texts() if "duties" in fields else ()
    if certificate and not duties:
        node.fail(_("发聘书的角色要写 duties（聘书上的职责），至少一条"))
    return Role(
        key=fields["key"].key(),
        zh=fields["zh"].text(60),
        en=fields["en"].text(),
        rights=rights,
        certificate=certificate,
        term_months=fields["term_months"].whole(1, 120) if "term_months" in fields else None,
        duties=duties,
    )


def _team_kind(node: Node, roles: set[str]) -> TeamKind:
    fields = node.fields(
        (*_NAMED, "leaders", "leader_roles", "member_roles"), (*_NAMED, "leaders", "leader_roles")
    )
    leaders = fields["leaders"].whole(1, 2)
    leader_roles = _known(fields["leader_roles"], roles, at_least=leaders)
    return TeamKind(
        key=fields["key"].key(),
        zh=fields["zh"].text(60),
        en=fields["en"].text(),
        leaders=leaders,
        leader_roles=leader_roles,
        member_roles=_known(fields["member_roles"], roles) if "member_roles" in fields else (),
    )


def _items(node: Node, roles: set[str]) -> tuple[Item, ...]:
    """Items whose owner is one of ``roles``: those that may record evidence."""
    needed = (*_NAMED, "owner", "rhythm", "evidence")
    found = []
    for entry in node.keyed():
        fields = entry.fields(needed, needed)
        found.append(
            Item(
                key=fields["key"].key(),
                zh=fields["zh"].text(120),
                en=fields["en"].text(),
                owner=fields["owner"].one_of(roles),
                rhythm=fields["rhythm"].one_of(RHYTHMS),
                evidence=fields["evidence"].one_of(EVIDENCE_KINDS),
            )
        )
    if not found:
        node.fail(_("至少写一项"))
    return tuple(found)


def _mechanism(node: Node, roles: set[str]) -> Mechanism:
    fields = node.fields((*_NAMED, "items"), (*_NAMED, "items"))
    return Mechanism(
        fields["key"].key(), fields["zh"].text(60), fields["en"].text(), _items(fields["items"], roles)
    )


def _duty_list(node: Node, roles: set[str]) -> DutyList:
    fields = node.fields((*_NAMED, "groups"), (*_NAMED, "groups"))
    groups = []
    for entry in fields["groups"].keyed():
        group = entry.fields((*_NAMED, "items"), (*_NAMED, "items"))
        groups.append(
            DutyGroup(
                group["key"].key(), group["zh"].text(60), group["en"].text(), _items(group["items"], roles)
            )
        )
    return DutyList(fields["key"].key(), fields["zh"].text(60), fields["en"].text(), tuple(groups))


def _kinds(node: Node) -> tuple[Kind, ...]:
    found = []
    for entry in node.keyed():
        fields = entry.fields(_NAMED, _NAMED)
        found.append(Kind(fields["key"].key(), fields["zh"].text(60), fields["en"].text()))
    return tuple(found)


def _room_kinds(node: Node, levels: set[str]) -> tuple[MediationRoomKind, ...]:
    found = []
    for entry in node.keyed():
        fields = entry.fields((*_NAMED, "level"), (*_NAMED, "level"))
        level = fields["level"].one_of(levels)
        found.append(
            MediationRoomKind(fields["key"].key(), fields["zh"].text(60), fields["en"].text(), level)
        )
    return tuple(found)


def _categories(node: Node) -> CategoryChanges:
    fields = node.fields(("add", "change", "off"))
    return CategoryChanges(
        add=_columns(fields["add"]) if "add" in fields else {},
        change=_columns(fields["change"]) if "change" in fields else {},
        off=fields["off"].texts() if "off" in fields else (),
        file=node.file,
    )


def _columns(node: Node) -> Mapping[str, Mapping[str, str]]:
    return {
        code: {column: _plain(value) for column, value in entry.entries().items()}
        for code, entry in node.entries().items()
    }


def _plain(node: Node) -> str:
    """A cell as the CSV would hold it: text, a whole number, or 1/0 for true/false."""
    if isinstance(node.value, bool):
        return "1" if node.value else "0"
    if isinstance(node.value, int):
        return str(node.value)
    return node.text()


def _modules(node: Node) -> Mapping[str, bool]:
    return {key: item.flag() for key, item in node.fields(MODULES, MODULES).items()}


def _scale(node: Node, team_kinds: set[str]) -> Scale:
    needed = (*_SCALE_COUNTS, "area_km2")
    fields = node.fields((*needed, *_SCALE_EXTRAS, "teams"), needed)
    teams = []
    for entry in fields["teams"].keyed() if "teams" in fields else ():
        team = entry.fields(("key", "count", "people"), ("key", "count", "people"))
        kind = team["key"].one_of(team_kinds)
        teams.append(TeamScale(kind, team["count"].whole(1, 10_000), team["people"].whole(1, 1_000_000)))
    counts = {
        key: fields[key].whole(0, 100_000_000) for key in (*_SCALE_COUNTS, *_SCALE_EXTRAS) if key in fields
    }
    for key in ("stations", "streets", "grids", "beats", "residents", "households", "officers"):
        if counts[key] < 1:
            fields[key].fail(_("至少要有 1"))
    return Scale(area_km2=fields["area_km2"].number(0.01, 1_000_000), teams=tuple(teams), **counts)
