"""The real messages: every row becomes a report with proposals, the second run adds nothing, memory stays small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from fengqiao.accounts.scope import SYSTEM
from fengqiao.intake import imports
from fengqiao.intake.models import Report, Suggestion
from tests.cast import Cast
from tests.paths import DATA, ROOT

FILE = DATA / "complaints" / "messages.csv" if DATA else None
MAPPING = "title=title,body=body,reported_at=time,external_id=id,author=user"
needs_data = pytest.mark.skipif(FILE is None or not FILE.is_file(), reason="the reference data is not here")

SCRIPT = """
import json, sys, time
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from fengqiao.accounts.scope import SYSTEM
from fengqiao.intake import imports
call_command("migrate", verbosity=0)
began = time.process_time()
runs = []
for _ in range(2):
    job = imports.start_job(Path(sys.argv[1]), by=SYSTEM, mapping=imports.parse_mapping(sys.argv[2]))
    runs.append(imports.run(job))
    runs[-1]["seconds"] = time.process_time() - began
# the peak of this program alone: what getrusage says begins with the peak of the process that started it
runs.append(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024)
print(json.dumps(runs))
"""


@needs_data
def test_the_first_rows_become_reports_with_proposals(cast: Cast, tmp_path: Path) -> None:
    assert FILE is not None
    part = tmp_path / "part.csv"
    with FILE.open(encoding="utf-8-sig") as source:
        part.write_text("".join(islice(source, 121)), encoding="gb18030")
    job = imports.start_job(part, by=SYSTEM, mapping=imports.parse_mapping(MAPPING))
    first = imports.run(job)
    assert first["read"] == first["added"] == Report.objects.count() > 100
    assert (
        Suggestion.objects.filter(field="category").values("report").distinct().count() > 0.8 * first["added"]
    )
    assert not Report.objects.filter(owner__isnull=True).exists()
    assert not Report.objects.filter(text="").exists()
    again = imports.run(imports.start_job(part, by=SYSTEM, mapping=imports.parse_mapping(MAPPING)))
    assert (again["added"], again["existing"]) == (0, first["read"])


@needs_data
@pytest.mark.full
def test_the_whole_file_in_time_and_memory(tmp_path: Path) -> None:
    """3,304 messages with proposals within 30 s of one core's time and 400 MB; a third more for a busy machine."""
    keep = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
    env = {k: v for k, v in os.environ.items() if k in keep} | {
        "DJANGO_SETTINGS_MODULE": "fengqiao.settings",
        "FENGQIAO_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(FILE), MAPPING],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, megabytes = json.loads(done.stdout.splitlines()[-1])
    assert (first["read"], first["added"], first["existing"], first["refused"]) == (3304, 3304, 0, 0)
    assert (second["read"], second["added"], second["existing"]) == (3304, 0, 3304)
    assert first["seconds"] <= 40
    assert megabytes <= 400
