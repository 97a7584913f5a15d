"""Make the program runnable from the virtual environment this runs in: a path file and the ``fengqiao`` command.

An editable install would fetch a build tool that the hashed requirements do not cover; two small files do the same.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """#!{python}
import sys

from fengqiao.__main__ import main

sys.exit(main())
"""


def main() -> None:
    """Write ``fengqiao.pth`` beside the packages and ``bin/fengqiao``."""
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "fengqiao.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = Path(sys.executable).parent / "fengqiao"
    command.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
