"""Settings for tests: their own data folder, never that of a running installation, whatever the environment says."""

import os
import tempfile

os.environ["FENGQIAO_DATA_DIR"] = tempfile.mkdtemp(prefix="fengqiao-test-")
for name in ("FENGQIAO_KEY_FILE", "FENGQIAO_PLACE", "FENGQIAO_TRIAGE_MODEL", "FENGQIAO_DEMO"):
    os.environ.pop(name, None)
os.environ["FENGQIAO_TEST"] = "1"
os.environ.setdefault("FENGQIAO_SQLITE_SYNCHRONOUS", "OFF")  # tests of durability set their own
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser driver runs an event loop

from fengqiao.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405

# pytest keeps what is logged; a handler of our own would write to its captured streams after they are closed, when
# the last request of a live server breaks off.
_QUIET = {"handlers": ["console"], "propagate": True}
LOGGING["handlers"]["console"] = {"class": "logging.NullHandler"}  # noqa: F405
LOGGING["loggers"] |= {"django.server": _QUIET}  # noqa: F405
