"""Reports of readers: answered by a note on the record's page, or dismissed, once."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from archive.curation.review import NotAllowed
from archive.curation.tips import REPORTABLE, answer, dismiss, name_of, named
from archive.models import Change, CorrectionNote, Tip
from tests import factories as make

pytestmark = pytest.mark.django_db

MAKERS = {
    "article": make.make_article,
    "event": make.make_event,
    "participant": make.make_participant,
    "country": make.make_country,
    "city": make.make_city,
    "topic": make.make_topic,
    "series": make.make_series,
    "publisher": make.make_publisher,
}


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("an-editor")


def test_every_record_has_a_name_that_leads_back_to_it() -> None:
    assert MAKERS.keys() == REPORTABLE.keys()
    for kind, make_record in MAKERS.items():
        record = make_record()
        assert name_of(record).startswith(f"{kind}/")
        assert named(name_of(record)) == record


@pytest.mark.parametrize("name", ["", "event", "event/", "planet/mars", "event/a b", "event/\0", "event/" + "a" * 121])
def test_what_names_nothing(name: str) -> None:
    assert named(name) is None


def test_an_answer_is_a_note_on_the_record_and_closes_the_report(editor: User) -> None:
    event = make.make_event()
    tip = make.make_tip(about=event)
    note = answer(tip, text=" It was 13 September. ", by=editor)
    assert (note.text, note.tip) == ("It was 13 September.", tip)
    assert list(CorrectionNote.objects.on(event)) == [note]
    stored = Tip.objects.get()
    assert (stored.state, stored.handled_by) == ("answered", editor)
    assert stored.handled_at
    logged = Change.objects.latest("number")
    assert (logged.record_type, logged.by, logged.why) == (
        "correctionnote",
        "an-editor",
        "Answer to a reader's report.",
    )


def test_a_report_is_handled_once(editor: User) -> None:
    tip = make.make_tip()
    late = Tip.objects.get()
    answer(tip, text="Corrected.", by=editor)
    for again in (lambda: answer(late, text="Again.", by=editor), lambda: dismiss(late, note="No.", by=editor)):
        with pytest.raises(NotAllowed, match="handled already"):
            again()
    assert CorrectionNote.objects.count() == 1
    assert Tip.objects.get().state == "answered"


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001])
def test_an_answer_that_can_not_be_shown_leaves_the_report_open(editor: User, text: str) -> None:
    tip = make.make_tip()
    with pytest.raises(NotAllowed, match=r"Say what|at most 1000 characters"):
        answer(tip, text=text, by=editor)
    assert Tip.objects.get().state == "open"
    assert not CorrectionNote.objects.exists()


def test_without_a_public_page_there_is_nothing_to_show_a_note_on(editor: User) -> None:
    gone = make.make_topic()
    tips: list[Any] = [make.make_tip(about=gone), make.make_tip(about=make.make_event(status="withdrawn"))]
    gone.delete()
    for tip in tips:
        with pytest.raises(NotAllowed, match="not public"):
            answer(tip, text="Corrected.", by=editor)
        dismiss(tip, note="It is gone.", by=editor)
    assert set(Tip.objects.values_list("state", "note")) == {("dismissed", "It is gone.")}


def test_a_dismissal_says_why(editor: User) -> None:
    with pytest.raises(NotAllowed, match="why"):
        dismiss(make.make_tip(), note=" ", by=editor)
    assert Tip.objects.get().state == "open"
