"""What a running site tells: every line of its log is JSON, and its workers count together."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from tests.servers.site import running_site

PLANTED = "planted-7f3a"


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def counted(text: str, name: str, **labels: str) -> float:
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


def test_a_site_that_is_watched(tmp_path: Path) -> None:
    with running_site(
        tmp_path, LOG_FORMAT="json", LOG_LEVEL="INFO", WEB_CONCURRENCY="2", METRICS_TOKEN="secret"
    ) as site:
        for number in range(40):
            assert get(f"{site.url}/about/?q={PLANTED}&n={number}", Connection="close")[0] == 200
        assert get(f"{site.url}/nowhere/?q={PLANTED}")[0] == 404
        # What gunicorn refuses by itself, it tells in the same form.
        assert get(f"{site.url}/about/?{PLANTED * 800}")[0] == 414
        # Whichever of the two answers, it knows of all.
        for _ in range(6):
            status, text = get(f"{site.url}/metrics", Connection="close")
            assert status == 200
            assert counted(text, "archive_requests_total", view="archive:about", status="200") == 40
        assert counted(text, "archive_build_info") == counted(text, "archive_database_up") == 1
        assert get(f"{site.url}/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 404
        assert (
            get(f"{site.url}/metrics", **{"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer secret"})[0] == 200
        )
        _kill_a_worker(tmp_path)
        time.sleep(2)
        # What it has counted stays, and its successor counts on in the same files.
        for _ in range(20):
            assert get(f"{site.url}/about/", Connection="close")[0] == 200
        assert counted(get(f"{site.url}/metrics")[1], "archive_requests_total", view="archive:about") == 60
    lines = (tmp_path / "gunicorn.log").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    assert any("Listening at" in one["message"] for one in told)
    assert sum(one["logger"] == "archive.access" and one["path"] == "/about/" for one in told) == 60
    assert all(one["request_id"] for one in told if one["logger"] == "archive.access")
    assert not [line for line in lines if PLANTED in line or "192.0.2.1" in line]


def _kill_a_worker(data_dir: Path) -> None:
    booted = [json.loads(line)["message"] for line in (data_dir / "gunicorn.log").read_text().splitlines()]
    (pid, *_others) = [int(text.rpartition(" ")[2]) for text in booted if text.startswith("Booting worker with pid")]
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_command_that_fails_leaves_its_trace(form: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "poll_sources"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "ARCHIVE_DATA_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
            "LOG_FORMAT": form,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "OperationalError" in done.stderr
    if form == "json":
        assert "Traceback" in json.loads(done.stderr.splitlines()[-1])["trace"]
