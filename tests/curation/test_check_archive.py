"""`check_archive`: what it prints, and how it ends."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from archive.curation.quality import ALL_RULES
from tests import factories as make

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    out = StringIO()
    try:
        call_command("check_archive", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def premature() -> Any:
    """An event that is said to have been held tomorrow, by video, nobody says in which country."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    event = make.make_event(slug="premature", name="Premature meeting", date=tomorrow.isoformat(), format="video")
    make.make_event_source(event=event)
    return event


def accept(rule: str) -> None:
    make.make_accepted_finding(rule=rule, record_key="premature", reason="It was looked into.")


def test_an_empty_archive_is_clean() -> None:
    assert run() == (0, "0 open, 0 accepted.\n")


def test_findings_are_grouped_by_rule(premature: Any) -> None:
    code, text = run()
    assert code == 1
    lines = text.splitlines()
    assert lines[0] == "Held in the future (held-in-future)"
    assert lines[1].startswith("  Premature meeting /events/premature/: It is said to have been held, but ")
    assert lines[2] == ""
    assert lines[3] == "Meeting by video without a host country (video-without-host)"
    assert lines[4].startswith("  Premature meeting /events/premature/: ")
    assert lines[5:] == ["", "2 open, 0 accepted."]


def test_only_the_rules_that_are_named(premature: Any) -> None:
    code, text = run("--rule", "video-without-host", "--rule", "weekday")
    assert code == 1
    assert "video-without-host" in text
    assert "held-in-future" not in text
    assert text.endswith("1 open, 0 accepted.\n")
    assert run("--rule", "weekday") == (0, "0 open, 0 accepted.\n")


def test_accepted_findings_are_printed_on_request_and_don_t_fail(premature: Any) -> None:
    accept("held-in-future")
    accept("video-without-host")
    assert run() == (0, "0 open, 2 accepted.\n")
    code, text = run("--accepted")
    assert code == 0
    assert text.count("Accepted: It was looked into.") == 2
    assert "Held in the future (held-in-future)" in text


def test_open_ones_stand_before_accepted_ones(premature: Any) -> None:
    accept("held-in-future")
    code, text = run("--accepted")
    assert code == 1
    assert text.index("video-without-host") < text.index("held-in-future")
    assert text.endswith("1 open, 1 accepted.\n")


def test_an_acceptance_that_is_not_needed_any_more_is_open(premature: Any) -> None:
    premature.delete()
    accept("held-in-future")
    code, text = run()
    assert code == 1
    assert "held-in-future: event premature: The rule finds nothing there any more." in text


def test_an_unknown_rule_is_an_error_that_lists_the_rules() -> None:
    with pytest.raises(CommandError, match="There is no rule “wekday”") as error:
        run("--rule", "wekday")
    assert all(rule.slug in str(error.value) for rule in ALL_RULES)


def test_an_unknown_rule_in_an_acceptance_is_told(premature: Any) -> None:
    accept("held-in-futur")
    code, text = run("--rule", "accepted-without-finding")
    assert code == 1
    assert "There is no rule “held-in-futur”. The rules are: weekday" in text


def test_lines_of_json(premature: Any) -> None:
    accept("held-in-future")
    code, text = run("--format", "jsonl")
    assert code == 1
    (row,) = map(json.loads, text.splitlines())
    assert row.pop("message").startswith("A meeting by video")
    assert row == {
        "rule": "video-without-host",
        "record_type": "event",
        "record_key": "premature",
        "record_id": premature.pk,
        "label": "Premature meeting",
        "address": "/events/premature/",
        "reason": "",
    }
    _code, text = run("--format", "jsonl", "--accepted")
    assert [json.loads(line)["reason"] for line in text.splitlines()] == ["It was looked into.", ""]


def test_no_line_of_json_where_nothing_is_found() -> None:
    assert run("--format", "jsonl") == (0, "")
