"""Laying one configuration over another: what is said later wins, what is not said stays.

Mappings are merged key by key; lists whose entries carry a ``key`` are merged by it (a new key is added at
the end, ``off: true`` takes an entry out); everything else is replaced whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fengqiao.lib.config_files import ConfigError, name_of
from fengqiao.lib.wording import gettext as _


class Overlay:
    """A configuration built from layers, remembering for every key path the file that wrote it last."""

    def __init__(self, replaced: Collection[str] = ()) -> None:
        """``replaced`` names the top-level keys that a later layer replaces whole instead of merging."""
        self.value: dict[str, object] = {}
        self.origins: dict[str, str] = {}
        self._replaced = frozenset(replaced)

    def lay(self, layer: Mapping[str, object], file: str) -> None:
        """Lay ``layer``, read from ``file``, over what is there. Raises ConfigError."""
        self.origins.setdefault("", file)
        for key, item in layer.items():
            whole = key in self._replaced
            self.value[key] = self._merge(None if whole else self.value.get(key), item, key, file)

    def _merge(self, under: object, over: object, path: str, file: str) -> object:
        self.origins[path] = file
        if isinstance(over, dict):
            base = under if isinstance(under, dict) else {}
            merged = dict(base)
            for key, item in over.items():
                merged[key] = self._merge(base.get(key), item, f"{path}.{key}", file)
            return merged
        if isinstance(over, list):
            base_list = under if isinstance(under, list) else []
            if _is_keyed(over) and (not base_list or _is_keyed(base_list)):
                return self._merge_keyed(base_list, over, path, file)
        return over

    def _merge_keyed(self, under: list[object], over: list[object], path: str, file: str) -> list[object]:
        merged: dict[str, object] = {name_of(item, i): item for i, item in enumerate(under)}
        seen: set[str] = set()
        for index, item in enumerate(over):
            key = name_of(item, index)
            here = f"{path}[{key}]"
            if key in seen:
                raise ConfigError(file, here, _("key “%(key)s” 用了两次，请改一个") % {"key": key})
            seen.add(key)
            if isinstance(item, dict) and "off" in item:
                self._take_out(merged, item, key, here, file)
            else:
                merged[key] = self._merge(merged.get(key), item, here, file)
        return list(merged.values())

    def _take_out(
        self, merged: dict[str, object], item: dict[object, object], key: str, here: str, file: str
    ) -> None:
        if item != {"key": key, "off": True}:
            raise ConfigError(file, here, _("停用只写 key 和 off: true，不写别的"))
        if key not in merged:
            raise ConfigError(file, here, _("没有 “%(key)s” 可以停用，请检查 key") % {"key": key})
        del merged[key]
        self.origins[here] = file


def _is_keyed(items: list[object]) -> bool:
    return bool(items) and all(isinstance(item, dict) and isinstance(item.get("key"), str) for item in items)
