"""Reading configuration files strictly: whatever is odd is refused with the file, the key and what to write.

Plain Python on PyYAML's safe loader; needs no settings of Django, so that they may use it while they are being read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import gettext as _
from fengqiao.lib.wording import listed

MAX_BYTES = 1_000_000
"""A configuration larger than this was not written by hand."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")


class ConfigError(Refusal):
    """A configuration file cannot be used; ``message`` names the file, the key and what to write."""

    def __init__(self, file: str, path: str, what: str) -> None:
        super().__init__(
            (_("%(file)s：%(path)s：%(what)s") if path else _("%(file)s：%(what)s"))
            % {"file": file, "path": path, "what": what},
            code="bad_config",
            field=path,
        )
        self.file = file
        self.path = path
        self.what = what


class _OddError(yaml.YAMLError):
    """Legal YAML that a configuration does not use; the text says what to write instead."""


class _StrictLoader(yaml.SafeLoader):
    """Safe loader without YAML's surprises: no aliases, doubled keys, dates, sexagesimals or yes/no."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _OddError(_("不能用 & 和 * 引用，请把内容写全"))
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _value in node.value:
            line = key_node.start_mark.line + 1
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _OddError(_("第 %(line)s 行的键要写成文字（数字加引号）") % {"line": line})
            if key in seen:
                raise _OddError(
                    _("第 %(line)s 行的键 “%(key)s” 写了两次，留一个") % {"line": line, "key": key}
                )
            seen.add(key)
        return super().construct_mapping(node, deep=True)


def _plain_scalars() -> None:
    """Only true/false, whole numbers and decimals are more than text; all else stays as it was written."""
    _StrictLoader.yaml_implicit_resolvers = {}
    add = _StrictLoader.add_implicit_resolver
    add("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
    add("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))
    add("tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789"))
    add("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])


_plain_scalars()


def read_yaml(path: Path, shown: str = "") -> dict[str, object]:
    """The mapping in the YAML file ``path`` (UTF-8, a BOM is allowed); ``shown`` is its name in messages.

    Raises ConfigError when the file is missing, too large, not UTF-8, not YAML or not a mapping.
    """
    name = shown or path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(
                name, "", _("文件超过 %(most)s KB，不像是手写的配置，请检查") % {"most": MAX_BYTES // 1000}
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(name, "", _("读不到这个文件，请检查路径和读取权限")) from error
    except UnicodeDecodeError as error:
        raise ConfigError(name, "", _("不是 UTF-8 文字，请另存为 UTF-8")) from error
    value = _parse(text, name)
    if not isinstance(value, dict):
        raise ConfigError(name, "", _("最外层要写成 “键: 值”"))
    return value


def _parse(text: str, name: str) -> object:
    """What the YAML text holds; an empty text holds an empty mapping. Raises ConfigError."""
    try:
        value: object = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
    except RecursionError as error:
        raise ConfigError(name, "", _("层次太深，请按样例的层次写")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(
            name, "", _("第 %(line)s 行附近不合 YAML 写法，请检查缩进、冒号和括号") % {"line": line}
        ) from error
    except _OddError as error:
        raise ConfigError(name, "", str(error)) from error
    except yaml.YAMLError as error:
        raise ConfigError(name, "", _("不是 YAML 文字，可能混进了控制字符，请重新存成 UTF-8 文本")) from error
    return {} if value is None else value


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a configuration with the file and key path it came from, read by what it must be."""

    value: object
    path: str
    origins: Mapping[str, str]

    @property
    def file(self) -> str:
        """The file that last wrote this value (the longest known beginning of its path decides)."""
        path = self.path
        while path not in self.origins and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.origins.get(path, "")

    def fail(self, what: str) -> NoReturn:
        """Raise ConfigError for this value."""
        raise ConfigError(self.file, self.path, what)

    def fields(self, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        """The entries of a mapping whose keys are fixed. Raises ConfigError for an unknown or missing key."""
        entries = self.entries()
        for key, node in entries.items():
            if key not in allowed:
                node.fail(
                    _("不认识的键 “%(key)s”，可写：%(known)s")
                    % {"key": key, "known": listed(sorted(allowed))}
                )
        for key in required:
            if key not in entries:
                self.fail(_("缺少 “%(key)s”，请补上") % {"key": key})
        return entries

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping with free keys. Raises ConfigError when it is not a mapping."""
        if not isinstance(self.value, dict):
            self.fail(_("这里要写 “键: 值” 的一组"))
        prefix = f"{self.path}." if self.path else ""
        return {str(key): Node(item, f"{prefix}{key}", self.origins) for key, item in self.value.items()}

    def items(self) -> list[Node]:
        """The entries of a list; an entry with a ``key`` is named by it in messages."""
        if not isinstance(self.value, list):
            self.fail(_("这里要写一个列表，每行以 “- ” 开头"))
        return [
            Node(item, f"{self.path}[{name_of(item, index)}]", self.origins)
            for index, item in enumerate(self.value)
        ]

    def keyed(self) -> Iterator[Node]:
        """The entries of a list whose ``key`` is present, well formed and unique."""
        seen: set[str] = set()
        for node in self.items():
            fields = node.entries()
            if "key" not in fields:
                node.fail(_("缺少 “key”，请补上（小写字母、数字、下划线）"))
            key = fields["key"].key()
            if key in seen:
                node.fail(_("key “%(key)s” 用了两次，请改一个") % {"key": key})
            seen.add(key)
            yield node

    def key(self) -> str:
        """A short machine name: lower-case letters, figures, underscores."""
        text = self.text()
        if not _KEY.fullmatch(text):
            self.fail(
                _("“%(text)s” 不能作 key，请用小写字母开头，只用小写字母、数字、下划线，最多 30 个")
                % {"text": text}
            )
        return text

    def text(self, limit: int = 200) -> str:
        """Text that is not empty, of at most ``limit`` characters."""
        if not isinstance(self.value, str):
            self.fail(_("这里要写文字（数字请加引号）"))
        text = self.value.strip()
        if not text:
            self.fail(_("这里不能空着，请写上文字"))
        if len(text) > limit:
            self.fail(_("最多 %(limit)s 字，现在 %(n)s 字") % {"limit": limit, "n": len(text)})
        return text

    def whole(self, low: int = 0, high: int = 10**9) -> int:
        """A whole number between ``low`` and ``high``, both included."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail(_("这里要写 %(low)s 到 %(high)s 的整数") % {"low": low, "high": high})
        if not low <= self.value <= high:
            self.fail(
                _("要在 %(low)s 到 %(high)s 之间，现在是 %(value)s")
                % {"low": low, "high": high, "value": self.value}
            )
        return self.value

    def number(self, low: float, high: float) -> float:
        """A number between ``low`` and ``high``, both included."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail(_("这里要写 %(low)s 到 %(high)s 的数") % {"low": f"{low:g}", "high": f"{high:g}"})
        if not low <= self.value <= high:
            self.fail(
                _("要在 %(low)s 到 %(high)s 之间，现在是 %(value)s")
                % {"low": f"{low:g}", "high": f"{high:g}", "value": f"{self.value:g}"}
            )
        return float(self.value)

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            self.fail(_("这里要写 true 或 false"))
        return self.value

    def one_of(self, choices: Collection[str]) -> str:
        """One of ``choices``."""
        text = self.text()
        if text not in choices:
            self.fail(
                _("不认识 “%(text)s”，可写：%(known)s") % {"text": text, "known": listed(sorted(choices))}
            )
        return text

    def texts(self) -> tuple[str, ...]:
        """A list of texts without repetition."""
        found = [node.text() for node in self.items()]
        for node, text in zip(self.items(), found, strict=True):
            if found.count(text) > 1:
                node.fail(_("“%(key)s” 写了两次，留一个") % {"key": text})
        return tuple(found)


def name_of(item: object, index: int) -> str:
    """How an entry of a list is called in a key path: by its ``key`` where it has one, else by its place."""
    if isinstance(item, dict) and isinstance(item.get("key"), str):
        return str(item["key"])
    return str(index)
