"""A real server on its own data folder, for tests that kill it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.paths import ROOT

READY_SECONDS = 40


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class House:
    """A migrated installation in ``folder`` with one API token; start, kill -9, start again."""

    folder: Path
    synchronous: str = "FULL"
    database: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this installation."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("FENGQIAO_", "DATABASE_URL", "DJANGO_"))
        }
        clean |= {
            "FENGQIAO_DATA_DIR": str(self.folder),
            "FENGQIAO_SQLITE_SYNCHRONOUS": self.synchronous,
            "FENGQIAO_TEST": "1",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "fengqiao.settings",
        }
        if self.database:
            clean["DATABASE_URL"] = self.database
        return clean

    def command(self, *words: str) -> list[str]:
        """A fengqiao command line."""
        return [sys.executable, "-m", "fengqiao", *words]

    def script(self, source: str) -> str:
        """Run a few lines inside the installation; what they print."""
        lead = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", lead + source],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def prepare(self) -> None:
        """Migrate and make somebody with a token who may bring reports."""
        subprocess.run(
            self.command("migrate"), env=self.environment, check=True, capture_output=True, timeout=180
        )
        self.token = self.script(TOKEN).strip()

    def start(self, wrapper: tuple[str, ...] = (), workers: int = 2) -> None:
        """Serve, and wait until it answers."""
        words = self.command("serve", "--port", str(self.port), "--workers", str(workers), "--no-tick")
        self.process = subprocess.Popen(
            [*wrapper, *words],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """kill -9 to every process of the server at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def headers(self, key: str = "") -> dict[str, str]:
        """What a program with the token sends along; ``key`` makes sending again harmless."""
        found = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return {**found, "Idempotency-Key": key} if key else found

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> tuple[int, str]:
        """One request on its own connection: status and text. Raises OSError when the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, path, text, self.headers(key))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def report(self, key: str) -> str | None:
        """Send one report; its receipt code when it was acknowledged."""
        body = {"channel": "phone", "text": f"3 栋楼道堵了，编号 {key}"}
        status, text = self.ask("POST", "/api/v1/reports", body, key)
        return str(json.loads(text)["code"]) if status in {200, 201} else None


TOKEN = """
from datetime import timedelta
import hashlib, secrets
from fengqiao.accounts.models import ApiToken
from fengqiao.lib import clock
from fengqiao.teams.queries import station
person = station().default_owner
from fengqiao.teams.models import Appointment
Appointment.objects.create(person=person, role="station_head", area=station().area,
    valid_from=clock.now().date() - timedelta(days=2), created_at=clock.now())
token = secrets.token_urlsafe(24)
ApiToken.objects.create(person=person, digest=hashlib.sha256(token.encode()).hexdigest(), label="test",
    created_at=clock.now(), expires_at=clock.now() + timedelta(days=2))
print(token)
"""
