"""Accepting and rejecting: what is written, what is remembered, what is left alone."""

import pytest
from django.core.exceptions import ValidationError

from archive.curation.suggestions import Draft, Kind, Suggestion, accept, reject, suggest_links
from archive.models import Article, Change, Country, Event, Participant, Status, SuggestionDecision
from tests.factories import (
    make_article,
    make_city,
    make_country,
    make_event,
    make_participant,
    make_publisher,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db

TEXT = (
    "KHUJAND, April 1 (Example Press) -- Ruritanian Foreign Minister Ivo Ivić met Anna Petrova at the meeting of "
    "the lighthouse keepers of the SCO in Khujand. They spoke of terrorism."
)


@pytest.fixture
def article() -> Article:
    ruritania = make_country(name="Ruritania", variants=["Ruritanian"])
    khujand = make_city(name="Khujand", slug="khujand", country=ruritania)
    make_publisher(name="Example Press", slug="example-press", kind="agency")
    make_participant(name="Anna Petrova", slug="petrova-anna")
    make_topic(name="Counter-terrorism", slug="counter-terrorism")
    keepers = make_series(name="Meeting of Lighthouse Keepers", slug="keepers")
    make_event(name="Keepers 2014", slug="keepers-2014", series=keepers, city=khujand, date="2014-04-01")
    return make_article(
        headline="Keepers meet", body=TEXT, date="", date_basis="", printed_date="April 1, 2014", status=Status.DRAFT
    )


def found(article: Article) -> set[tuple[str, str]]:
    return {(str(one.kind), one.key) for one in suggest_links(Article.objects.get(pk=article.pk))}


def test_everything_that_the_text_says_is_suggested(article: Article) -> None:
    ruritania = Country.objects.get(name="Ruritania")
    assert found(article) == {
        ("agency", "example-press"),
        ("dateline", "KHUJAND, April 1 (Example Press)"),
        ("dateline_city", "khujand"),
        ("date", "2014-04-01"),
        ("country", ruritania.iso2),
        ("participant", "petrova-anna"),
        ("new-participant", "Ivo Ivić"),
        ("event", "keepers-2014"),
        ("topic", "counter-terrorism"),
    }


def test_accept_all_writes_everything_and_nothing_is_left_to_suggest(article: Article) -> None:
    accept(article, suggest_links(article), by="anna")
    stored = Article.objects.get(pk=article.pk)
    assert (stored.agency.slug, stored.dateline_city.slug) == ("example-press", "khujand")  # type: ignore[union-attr]
    assert (stored.date, stored.date_basis, str(stored.date_earliest)) == ("2014-04-01", "printed", "2014-04-01")
    assert [one.event.slug for one in stored.coverages.all()] == ["keepers-2014"]
    assert stored.coverages.get().relation == "reports"
    assert set(stored.participants.values_list("name", flat=True)) == {"Anna Petrova", "Ivo Ivić"}
    assert stored.status == Status.DRAFT
    assert article.date == "2014-04-01"
    assert found(article) == set()
    assert SuggestionDecision.objects.filter(article=article, is_accepted=True, by="anna").count() == 9
    last = Change.objects.order_by("-number").first()
    assert last and last.by == "anna" and last.why


def test_a_new_participant_is_a_draft_with_an_office_that_names_its_source(article: Article) -> None:
    person = next(one for one in suggest_links(article) if one.kind == Kind.NEW_PARTICIPANT)
    accept(article, [person], by="anna")
    made = Participant.objects.get(name="Ivo Ivić")
    assert (made.status, made.slug, made.country.name) == (Status.DRAFT, "ivic-ivo", "Ruritania")  # type: ignore[union-attr]
    office = made.offices.get()
    assert (office.title, office.source_article) == ("Foreign Minister", article)
    # Known from here on.
    again = suggest_links(Draft(text="Ivo Ivić, the minister, spoke."))
    assert [one.key for one in again.of(Kind.PARTICIPANT)] == ["ivic-ivo"]


def test_a_slug_that_is_taken_is_numbered(article: Article) -> None:
    make_participant(name="Somebody else", slug="ivic-ivo")
    accept(article, [Suggestion(Kind.NEW_PARTICIPANT, "Ivo Ivić", "Ivo Ivić")], by="anna")
    assert Participant.objects.get(name="Ivo Ivić").slug == "ivic-ivo-2"


def test_nobody_is_made_twice(article: Article) -> None:
    person = Suggestion(Kind.NEW_PARTICIPANT, "Ivo Ivić", "Ivo Ivić")
    for one in (article, make_article()):
        accept(one, [person], by="anna")
    assert Participant.objects.get(name="Ivo Ivić").articles.count() == 2


def test_what_was_rejected_is_not_suggested_again(article: Article) -> None:
    event = suggest_links(article).find("event", "keepers-2014")
    assert event
    reject(article, event, by="anna")
    assert ("event", "keepers-2014") not in found(article)
    assert not article.coverages.exists()
    # For this article only.
    other = make_article(headline="Keepers meet again", body=TEXT, printed_date="April 1, 2014", date="", date_basis="")
    assert ("event", "keepers-2014") in found(other)


def test_who_changes_their_mind_decides_anew(article: Article) -> None:
    event = suggest_links(article).find("event", "keepers-2014")
    assert event
    reject(article, event, by="anna")
    accept(article, [event], by="boris")
    assert article.coverages.count() == 1
    assert SuggestionDecision.objects.get(article=article, key="keepers-2014").is_accepted


def test_what_others_wrote_meanwhile_stays(article: Article) -> None:
    suggestions = suggest_links(article)
    stored = Article.objects.get(pk=article.pk)
    stored.abstract, stored.date, stored.date_basis = "Written meanwhile.", "2013", "printed"
    stored.save()
    event = Event.objects.get(slug="keepers-2014")
    stored.coverages.create(event=event, relation="mentions")
    accept(article, suggestions, by="anna")
    stored = Article.objects.get(pk=article.pk)
    assert (stored.abstract, stored.date) == ("Written meanwhile.", "2013")
    assert stored.coverages.get().relation == "mentions"


def test_it_is_all_or_nothing(article: Article) -> None:
    (country,) = suggest_links(article).of(Kind.COUNTRY)
    gone = Suggestion(Kind.EVENT, "no-such-event", "gone")
    with pytest.raises(Event.DoesNotExist):
        accept(article, [country, gone], by="anna")
    wrong = Suggestion(Kind.DATE, "yesterday", "yesterday", prefill={"basis": "printed"})
    with pytest.raises(ValidationError):
        accept(article, [country, wrong], by="anna")
    assert not article.countries.exists()
    assert not SuggestionDecision.objects.exists()
    assert article.date == ""


def test_nothing_accepted_changes_nothing(article: Article) -> None:
    before = Change.objects.last_number()
    accept(article, [], by="anna")
    assert Change.objects.last_number() == before


def test_what_is_withdrawn_is_not_suggested(article: Article) -> None:
    make_participant(name="Carla Weg", slug="weg-carla", status=Status.WITHDRAWN)
    make_participant(name="Dora Da", slug="da-dora", status=Status.DRAFT)
    keys = [one.key for one in suggest_links(Draft(text="Carla Weg and Dora Da met.")).of(Kind.PARTICIPANT)]
    assert keys == ["da-dora"]


def test_a_changed_name_is_known_at_once(article: Article) -> None:
    draft = Draft(text="Nobody heard of Atlantis.")
    assert not suggest_links(draft)
    make_country(name="Atlantis")
    assert [one.label for one in suggest_links(draft)] == ["Atlantis"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "\x00\u202e\ud800" * 50,
        "Anna\x00Petrova\u202e in Khujand",
        "BEIJING (" * 2000,
        "1" * 20_000,
        "Minister Ab Cd, " * 3000,
        "12 June 2016 " * 2000,
        "SCO summit " * 3000,
        "上海合作组织" * 3000,
        "(" * 20_000,
        "A.\n" * 5000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_read_in_time(article: Article, text: str) -> None:
    draft = Draft(text[:1000], text, text, text, text)
    for one in suggest_links(draft):
        assert one.key and one.kind in Kind


def test_of_a_huge_text_the_beginning_is_read(article: Article) -> None:
    found = suggest_links(Draft(text="Anna Petrova. " + "x" * 5_000_000 + " Khujand"))
    assert [one.key for one in found] == ["petrova-anna"]


def test_an_article_without_anything_has_no_suggestions(article: Article) -> None:
    assert not suggest_links(make_article(headline="Nothing at all", printed_date="", body="", abstract=""))
    assert not suggest_links(Article())
