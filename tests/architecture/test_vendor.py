"""What we ship from others is what the manifest says, byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tools import vendor


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The vendored files in a place where they may be spoiled."""
    return Path(shutil.copytree(vendor.VENDOR, tmp_path / "vendor"))


def test_shipped_files_match_the_manifest() -> None:
    assert vendor.check() == []


def test_every_package_has_a_licence_text_beside_it() -> None:
    manifest = json.loads((vendor.VENDOR / vendor.MANIFEST).read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        names = [Path(entry["path"]).name for entry in package["files"]]
        assert "LICENSE" in names, package["name"]


def test_the_manifest_names_the_versions_the_tool_would_fetch() -> None:
    manifest = json.loads((vendor.VENDOR / vendor.MANIFEST).read_text(encoding="utf-8"))
    found = {(p["name"], p["version"], p["licence"]) for p in manifest["packages"]}
    assert found == {(p.name, p.version, p.licence) for p in vendor.PACKAGES}


def test_icons_are_those_of_the_list() -> None:
    drawn = json.loads((vendor.VENDOR / "tabler-icons" / "icons.json").read_text(encoding="utf-8"))
    assert sorted(drawn) == vendor.wanted_icons()


def test_a_changed_byte_is_found(copy: Path) -> None:
    file = copy / "htmx" / "htmx.min.js"
    file.write_bytes(file.read_bytes() + b" ")
    assert vendor.check(copy) == ["htmx/htmx.min.js: sha256 differs from the manifest"]


def test_a_missing_and_a_stray_file_are_found(copy: Path) -> None:
    (copy / "leaflet" / "leaflet.css").unlink()
    (copy / "leaflet" / "extra.js").write_text("1", encoding="utf-8")
    assert vendor.check(copy) == ["leaflet/leaflet.css: missing", "leaflet/extra.js: not in the manifest"]


def test_a_pointer_to_a_map_file_is_removed_on_the_way_in_and_found_when_left() -> None:
    assert vendor.prepare("dist/a.js", b"x()\n//# sourceMappingURL=a.js.map\n") == b"x()\n"
    assert vendor.prepare("dist/a.css", b"a{}\n/*# sourceMappingURL=a.css.map */\n") == b"a{}\n"


def test_an_unknown_icon_stops_the_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "wanted_icons", lambda: ["no-such-icon"])
    with pytest.raises(SystemExit, match="no-such-icon"):
        vendor.pick_icons(b"{}")
