"""The bill of materials names what the lock file installs, all of it and nothing else."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from tests.sbom import bill, components

LOCK = (settings.BASE_DIR / "requirements.lock").read_text()


def test_every_pinned_package_is_in_it_with_its_hashes() -> None:
    listed = list(components(LOCK))
    named = {one["name"]: one for one in listed}
    assert len(listed) == len(re.findall(r"^[A-Za-z0-9][^\s]*==", LOCK, re.MULTILINE)) > 30
    assert named["django"]["version"] == version("Django")
    assert named["django"]["purl"] == f"pkg:pypi/django@{version('Django')}"
    hashes = [one for found in listed for one in found["externalReferences"][0]["hashes"]]
    assert len(hashes) == LOCK.count("--hash=sha256:")
    assert all(found["externalReferences"][0]["hashes"] for found in listed)


def test_what_is_vendored_is_in_it() -> None:
    names = {one["name"] for one in bill()["components"]}
    assert {"Pico CSS", "Source Serif 4"} <= names


def test_it_is_written_the_same_each_time(tmp_path: Path) -> None:
    written = []
    for name in ("a.json", "b.json"):
        subprocess.run([sys.executable, "-m", "tests.sbom", str(tmp_path / name)], cwd=settings.BASE_DIR, check=True)
        written.append((tmp_path / name).read_text())
    assert written[0] == written[1]
    made = json.loads(written[0])
    refs = [one["bom-ref"] for one in made["components"]]
    assert (made["bomFormat"], made["specVersion"], len(refs)) == ("CycloneDX", "1.5", len(set(refs)))
