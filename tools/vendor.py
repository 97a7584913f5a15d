"""Fetch the front-end files we ship, and check that what we ship is what the manifest says.

`python tools/vendor.py` packs the pinned versions with `npm pack`, copies the few files we need into
`src/fengqiao/static/vendor/` and rewrites `manifest.json` (name, version, licence, files with sha256).
`python tools/vendor.py --check` changes nothing: it recomputes every sha256 and looks for strays.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "fengqiao" / "static" / "vendor"
MANIFEST = "manifest.json"
ICON_NAMES = Path(__file__).resolve().parent / "icons.txt"
ICON_SOURCE = "tabler-nodes-outline.json"
# A map file we do not ship would make the static file storage (and every browser console) look for it.
SOURCE_MAP = re.compile(rb"\s*(?://[#@]|/\*[#@])\s*sourceMappingURL=[^\r\n]*")


@dataclass(frozen=True)
class Package:
    """One packed package: where it goes, and which of its files (source -> name here) we take."""

    folder: str
    name: str
    version: str
    licence: str
    use: str
    files: dict[str, str]


PACKAGES = (
    Package(
        folder="htmx",
        name="htmx.org",
        version="2.0.11",
        licence="0BSD",
        use="partial page updates on the desk and the board",
        files={"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        folder="leaflet",
        name="leaflet",
        version="1.9.4",
        licence="BSD-2-Clause",
        use="maps of our own GeoJSON",
        files={
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        folder="tabler-icons",
        name="@tabler/icons",
        version="3.51.0",
        licence="MIT",
        use="outline icons, drawn inline by the icon template tag; only the names in tools/icons.txt",
        files={ICON_SOURCE: "icons.json", "LICENSE": "LICENSE"},
    ),
)


def digest(data: bytes) -> str:
    """The sha256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def wanted_icons() -> list[str]:
    """The icon names listed in tools/icons.txt, sorted."""
    lines = ICON_NAMES.read_text(encoding="utf-8").split("\n")
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def pick_icons(nodes: bytes) -> bytes:
    """Reduce the package's icon list to ours: {name: [path data, ...]}, one icon a line.

    Raises SystemExit when a wanted name is unknown or drawn with anything but paths.
    """
    known: dict[str, list[list[Any]]] = json.loads(nodes)
    rows = []
    for name in wanted_icons():
        shapes = known.get(name)
        if not shapes or any(shape[0] != "path" for shape in shapes):
            raise SystemExit(f"icon {name!r} is not in the package as plain paths")
        rows.append(f"  {json.dumps(name)}: {json.dumps([shape[1]['d'] for shape in shapes])}")
    return ("{\n" + ",\n".join(rows) + "\n}\n").encode()


def pack(package: Package, into: Path) -> Path:
    """Download the package with `npm pack` and return the folder with its files."""
    spec = f"{package.name}@{package.version}"
    done = subprocess.run(
        ["npm", "pack", "--silent", spec], cwd=into, check=True, capture_output=True, text=True
    )
    archive = into / done.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(into / package.folder, filter="data")
    return into / package.folder / "package"


def prepare(source: str, data: bytes) -> bytes:
    """The bytes we ship for a file of a package: icons reduced, pointers to map files removed."""
    if source == ICON_SOURCE:
        return pick_icons(data)
    if source.endswith((".js", ".css")):
        return SOURCE_MAP.sub(b"", data).rstrip() + b"\n"
    return data


def refresh(vendor: Path = VENDOR) -> None:
    """Fetch every package anew and rewrite the manifest."""
    entries = []
    with tempfile.TemporaryDirectory() as temp:
        for package in PACKAGES:
            folder = pack(package, Path(temp))
            files = []
            for source, name in sorted(package.files.items(), key=lambda item: item[1]):
                data = prepare(source, (folder / source).read_bytes())
                target = vendor / package.folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                files.append({"path": f"{package.folder}/{name}", "sha256": digest(data)})
            entries.append(
                {
                    "name": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "use": package.use,
                    "files": files,
                }
            )
    text = json.dumps({"packages": entries}, indent=2, ensure_ascii=False) + "\n"
    (vendor / MANIFEST).write_text(text, encoding="utf-8")


def check(vendor: Path = VENDOR) -> list[str]:
    """Everything that is wrong with the vendored files, in words; empty when all is well."""
    manifest = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
    wrong: list[str] = []
    listed = {MANIFEST}
    for package in manifest["packages"]:
        if not package.get("licence") or not package.get("version"):
            wrong.append(f"{package.get('name')}: no version or licence")
        for entry in package["files"]:
            listed.add(entry["path"])
            wrong.extend(_wrong_with(vendor / entry["path"], entry))
    present = {p.relative_to(vendor).as_posix() for p in vendor.rglob("*") if p.is_file()}
    wrong.extend(f"{stray}: not in the manifest" for stray in sorted(present - listed))
    return wrong


def _wrong_with(path: Path, entry: dict[str, str]) -> list[str]:
    if not path.is_file():
        return [f"{entry['path']}: missing"]
    data = path.read_bytes()
    wrong = []
    if digest(data) != entry["sha256"]:
        wrong.append(f"{entry['path']}: sha256 differs from the manifest")
    if b"sourceMappingURL=" in data and path.suffix in {".js", ".css"}:
        wrong.append(f"{entry['path']}: points to a map file that is not shipped")
    return wrong


def main(argv: list[str] | None = None) -> int:
    """Refresh, or check with `--check`; 1 when the check finds something wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify, change nothing")
    if parser.parse_args(argv).check:
        wrong = check()
        print("\n".join(wrong) or "vendored files match the manifest")
        return 1 if wrong else 0
    refresh()
    print(f"refreshed {VENDOR}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
