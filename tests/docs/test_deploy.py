"""The files a station copies to its machine name what is really there."""

from __future__ import annotations

import configparser
import re

import pytest

from tests.paths import ROOT

UNITS = sorted((ROOT / "deploy").glob("fengqiao*.*"))


def unit(name: str) -> configparser.ConfigParser:
    """A systemd unit; keys keep their case, a key given twice is an error."""
    found = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(ROOT / "deploy" / name, encoding="utf-8")
    return found


def test_the_service_serves_on_the_loopback_address_as_nobody_special() -> None:
    service = unit("fengqiao.service")["Service"]
    assert "--host 127.0.0.1 --port 8311" in service["ExecStart"]
    assert service["User"] == "fengqiao"
    assert service["EnvironmentFile"] == "/etc/fengqiao/env"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["UMask"] == "0077"


def test_the_service_may_write_where_its_data_lies() -> None:
    service = unit("fengqiao.service")["Service"]
    env = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    assert f"FENGQIAO_DATA_DIR=/var/lib/{service['StateDirectory']}\n" in env


def test_the_backup_runs_the_script_that_is_there() -> None:
    service = unit("fengqiao-backup.service")["Service"]
    (script,) = re.findall(r"/opt/fengqiao/(tools/\S+)", service["ExecStart"])
    assert (ROOT / script).is_file()
    folder = re.findall(r"--to (\S+)", service["ExecStart"])[0]
    assert folder in service["ReadWritePaths"]


@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.name)
def test_the_guide_installs_every_unit(path: object) -> None:
    guide = (ROOT / "docs" / "guides" / "install.md").read_text(encoding="utf-8")
    assert f"deploy/{getattr(path, 'name')}" in guide  # noqa: B009 - parametrised over paths


@pytest.mark.parametrize("name", ["Caddyfile.example", "nginx.conf.example"])
def test_the_proxies_leave_no_address_behind_and_set_the_scheme_themselves(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert "127.0.0.1:8311" in text
    assert re.search(r"X-Forwarded-Proto (\$scheme|\{scheme\});?", text)
    live = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    if name.startswith("nginx"):
        assert live.count("access_log off;") == live.count("server {")
    else:
        assert not re.search(r"^\s*log\b", live, re.MULTILINE)


def test_the_commands_of_the_guide_exist() -> None:
    from fengqiao.cli import GROUPS

    guide = (ROOT / "docs" / "guides" / "install.md").read_text(encoding="utf-8")
    service = (ROOT / "deploy" / "fengqiao.service").read_text(encoding="utf-8")
    sources = "".join(
        (ROOT / "src" / "fengqiao" / "cli" / f"{name}.py").read_text(encoding="utf-8") for name in GROUPS
    )
    for command in set(re.findall(r"bin/fengqiao ([a-z-]+)", guide + service)):
        assert f'add_parser("{command}"' in sources, command
