"""The environment of the tests, set before Django's settings are read (pytest's `-p tests.environment`).

Nothing is written outside a temporary folder, and no setting of the caller's leaks in, but for DATABASE_URL.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_SETTINGS = ("SITE_URL", "ALLOWED_HOSTS", "SEARCH_URL", "DEBUG", "TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS")
_OTHERS = ("LOG_FORMAT", "ACCESS_LOG", "METRICS_TOKEN", "REQUIRE_SECOND_FACTOR", "FILES_URL")
for name in (*_SETTINGS, *_OTHERS):
    os.environ.pop(name, None)
os.environ["ARCHIVE_DATA_DIR"] = tempfile.mkdtemp(prefix="archive-tests-")
# Where collectstatic would write; whitenoise warns where it is missing.
(Path(os.environ["ARCHIVE_DATA_DIR"]) / "static").mkdir()
os.environ["SECRET_KEY"] = "tests only"
os.environ["LOG_LEVEL"] = "WARNING"
# The form for e-mail alerts is there, and nothing is sent.
os.environ["EMAIL_URL"] = "dummymail://"
# Every test sees its page made. Servers in processes of their own keep pages as an operator's do (`tests/servers/site.py`).
os.environ["PAGE_CACHE_MB"] = "0"
atexit.register(shutil.rmtree, os.environ["ARCHIVE_DATA_DIR"], ignore_errors=True)


def allowed(seconds: float) -> float:
    """What may take so long on a machine that has nothing else to do (`make faults`); beside other tests it is given more."""
    return seconds if "ARCHIVE_TEST_ALONE" in os.environ else 3 * seconds


def required(what: str) -> bool:
    """True where ARCHIVE_TEST_REQUIRE names it: then a lack of it fails instead of skipping."""
    return what in os.environ.get("ARCHIVE_TEST_REQUIRE", "").split(",")
