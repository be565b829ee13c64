"""The examples for Prometheus are YAML, and speak only of metrics and labels that there are."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from archive import metrics, outcomes
from archive.curation.fixity import check
from archive.search import rebuild_index

FOLDER = settings.BASE_DIR / "docs" / "monitoring"


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_the_scrape_config_asks_where_the_metrics_are() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert config["scrape_configs"][0]["metrics_path"] == "/metrics"
    assert [(FOLDER / name).is_file() for name in config["rule_files"]] == [True]


@pytest.mark.django_db
def test_each_rule_asks_for_metrics_and_labels_that_there_are(client: Client) -> None:
    rebuild_index()
    check()
    outcomes.tell("backup", "made")
    metrics.requests.labels("none", "GET", 200).inc()
    metrics.request_seconds.labels("none").observe(1)
    metrics.search_seconds.labels("whoosh", "search").observe(1)
    metrics.search_failures.labels("whoosh", "SearchTooSlow").inc()
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    labels: dict[str, set[str]] = {}
    for sample in (sample for family in families for sample in family.samples):
        labels.setdefault(sample.name, set()).update(sample.labels)
    for rule in rules():
        asked = re.findall(r"(archive_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked or rule["expr"].startswith("up{"), rule
        for name, conditions in asked:
            assert name in labels, rule
            assert {one.partition("=")[0].rstrip("!").strip() for one in conditions.split(",") if one} <= labels[
                name
            ], rule
        assert rule["annotations"]["summary"]
