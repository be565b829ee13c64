"""The bill of materials: all that `requirements.lock` installs, as CycloneDX 1.5. `python -m tests.sbom [FILE]`, `make sbom`."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> Iterator[dict[str, Any]]:
    """The pinned packages of a lock file, in its order, each with the hashes of its files."""
    found: dict[str, Any] | None = None
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            if found:
                yield found
            name, version = re.sub(r"[-_.]+", "-", pinned[1]).lower(), pinned[2]
            found = {
                "type": "library",
                "bom-ref": f"{name}@{version}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "externalReferences": [
                    {"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": []}
                ],
            }
            if pinned[3]:
                found["properties"] = [{"name": "environment", "value": pinned[3]}]
        elif found and (sha256 := _HASH.search(line)):
            found["externalReferences"][0]["hashes"].append({"alg": "SHA-256", "content": sha256[1]})
    if found:
        yield found


_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def vendored(text: str) -> Iterator[dict[str, Any]]:
    """The files of static/vendor/VENDOR.md, which come with the project: file, library, version, licence, source, hash."""
    for line in text.splitlines():
        cells = [_LINK.sub(r"\1", cell).strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 6 and re.fullmatch(r"[0-9a-f]{64}", cells[-1]) and not cells[0].startswith("../"):
            yield {
                "type": "library",
                "bom-ref": f"static/vendor/{cells[0]}",
                "name": cells[1],
                "version": cells[2].split()[0],
                "hashes": [{"alg": "SHA-256", "content": cells[-1]}],
            }


def bill() -> dict[str, Any]:
    """The same for the same lock file: it has neither a time nor a number of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [
            *components((ROOT / "requirements.lock").read_text()),
            *vendored((ROOT / "static" / "vendor" / "VENDOR.md").read_text()),
        ],
    }


def main() -> None:
    text = json.dumps(bill(), indent=2, ensure_ascii=False) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
