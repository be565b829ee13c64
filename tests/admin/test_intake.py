"""“Add news” and the suggestions: what is refused and how, who may do what, and that hostile input stays text."""

from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse

from archive.admin import suggesting
from archive.admin.suggesting import marked, suggestions_url
from archive.curation.suggestions import Draft, Evidence, Kind, Place, Suggestion
from archive.models import Article, Change, Participant, SuggestionDecision
from tests import factories
from tests.ingest.canary import Canary
from tests.ingest.documents import DIGEST, PAYLOADS

NEWS = "/admin/archive/article/add-news/"
TEXT = (
    "Ministers meet in Astra\n\nASTRA, April 21 2017 -- Minister Ivan Orlov of Ruritania met his colleagues on Friday."
)


def post_news(client: Client, **fields: Any) -> Any:
    return client.post(NEWS, fields)


def post(client: Client, article: Article, **fields: Any) -> Any:
    """The form of the suggestions with what it shows, but for the fields given."""
    shown = {name: getattr(article, name) for name in ("headline", "url", "abstract")}
    if article.headline_supplied:
        shown |= {"headline_supplied": "on"}
    hidden = {f"initial-{name}": value for name, value in shown.items()}
    return client.post(suggestions_url(article), {**shown, **hidden, **fields})


def names(client: Client, article: Article) -> dict[str, bool]:
    """The suggestions that the page offers, and whether each is preselected."""
    boxes = _Boxes()
    boxes.feed(client.get(suggestions_url(article)).content.decode())
    return boxes.found


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


class _Boxes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, bool] = {}

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if given.get("name") == "accept":
            self.found[given["value"]] = "checked" in given


@pytest.fixture
def ruritania(db: None) -> Any:
    """A country, its minister and a meeting, for `TEXT` to name."""
    country = factories.make_country(name="Ruritania", iso2="RU", iso3="RUR")
    factories.make_topic(name="Counter-terrorism", slug="counter-terrorism")
    return factories.make_participant(name="Ivan Orlov", slug="orlov-ivan", country=country)


@pytest.fixture
def draft(ruritania: Any) -> Article:
    headline, _blank, body = TEXT.split("\n")
    return factories.make_article(headline=headline, body=body, status="draft", date="", date_basis="", abstract="")


# Add news -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 400, "only one of them"),
        ({"text": "  \n "}, 400, "only one of them"),
        ({"text": TEXT, "url": "https://news.example/"}, 400, "only one of them"),
        ({"url": "javascript:alert(1)"}, 400, "Enter a valid URL"),
        ({"url": "file:///etc/passwd"}, 400, "Enter a valid URL"),
        ({"url": "ftp://news.example/a"}, 400, ""),
        ({"url": "http://10.0.0.1/"}, 403, ""),
        ({"url": "http://[::ffff:127.0.0.1]/"}, 403, ""),
        ({"text": "a\0b"}, 400, "Null characters"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_lost(
    fields: dict[str, str], status: int, words: str, logged_in: Any
) -> None:
    answer = post_news(logged_in("curator"), **fields)
    page = unescape(answer.content.decode())
    assert answer.status_code == status
    assert "Nothing was taken in" in page
    assert "errorlist" in page
    assert words in page
    for value in fields.values():
        assert value.strip().replace("\0", "") in page.replace("\0", "")
    assert not Article.objects.exists()


def test_an_address_of_this_machine_is_not_asked(logged_in: Any) -> None:
    with Canary() as canary:
        answer = post_news(logged_in("editor"), url=f"http://127.0.0.1:{canary.server.server_port}/")
    assert answer.status_code == 403
    assert not canary.asked


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"x" * 31_000_000, 413, "larger than 30 MB"),
        (b"x" * 6_000_000, 413, "at most 5 MB"),
        (b"", 422, "It is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", 415, ""),
    ],
    ids=["31 MB", "6 MB", "empty", "picture"],
)
def test_files_that_are_refused(data: bytes, status: int, words: str, logged_in: Any) -> None:
    answer = post_news(logged_in("curator"), file=SimpleUploadedFile("a.txt", data))
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page
    assert "A file must be chosen anew." in page


def test_a_longer_file_is_refused_before_it_is_written_to_disk(logged_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_args, **_kwargs: taken.append("new"))
    answer = post_news(logged_in("curator"), file=SimpleUploadedFile("a.txt", b"x" * 40_000_000))
    assert answer.status_code == 413
    assert b"30 MB" in answer.content
    assert taken == []


def test_a_pasted_text_that_is_too_long_is_told_what_to_do(logged_in: Any) -> None:
    answer = post_news(logged_in("curator"), text="x" * 6_000_000)
    assert answer.status_code == 413
    assert b"as a file" in answer.content


def test_who_may_add_news(client: Client, logged_in: Any) -> None:
    assert client.get(NEWS).status_code == 302
    curator = logged_in("curator")
    assert curator.get(NEWS).status_code == 200
    for page in (reverse("admin:index"), reverse("admin:archive_article_changelist")):
        assert NEWS in curator.get(page).content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = curator.cookies
    assert strict.post(NEWS, {"text": TEXT}).status_code == 403
    assert not Article.objects.exists()


def test_who_may_not_add_articles_may_not_add_news(db: None, django_user_model: Any, client: Client) -> None:
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))
    assert client.get(NEWS).status_code == 403
    assert post_news(client, text=TEXT).status_code == 403
    assert NEWS not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("way", ["text", "file"])
def test_a_single_new_item_leads_to_its_suggestions(way: str, logged_in: Any) -> None:
    given = {"text": TEXT, "file": SimpleUploadedFile("a.txt", TEXT.encode())}[way]
    answer = post_news(logged_in("curator"), **{way: given})
    article = Article.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, suggestions_url(article))
    assert (article.status, article.headline) == ("draft", "Ministers meet in Astra")
    assert Change.objects.get(record_type="article").by == "a-curator"
    assert LogEntry.objects.get(object_id=article.pk).is_addition()


def test_a_digest_leads_to_a_table_and_again_to_the_same_articles(logged_in: Any) -> None:
    client = logged_in("curator")
    page = post_news(client, text=DIGEST).content.decode()
    articles = list(Article.objects.all())
    assert len(articles) > 5
    assert f"{len(articles)} new" in page
    assert all(suggestions_url(article) in page for article in articles)
    page = post_news(client, text=DIGEST).content.decode()
    assert f"{len(articles)} known already" in page
    assert Article.objects.count() == len(articles)


def test_what_looks_like_another_article_is_warned_of(logged_in: Any) -> None:
    client = logged_in("curator")
    words = (
        "Envoys of six states opened their talks in the hall by the lake on Monday and will meet there twice a year."
    )
    known = factories.make_article(headline="Envoys open talks", body=words)
    post_news(client, text=f"Six states talk\n\n{words} So they said.")
    article = Article.objects.exclude(pk=known.pk).get()
    compare = reverse("admin:archive_duplicatedecision_compare", args=[article.pk, known.pk])
    assert compare in client.get(suggestions_url(article)).content.decode()
    Article.objects.filter(pk=article.pk).delete()
    page = post_news(client, text=f"First things first\n\n• {words} So they wrote.\n\nSecond\n\n• Another text.")
    article = Article.objects.get(headline="First things first")
    assert f"/{article.pk}/{known.pk}/" in page.content.decode()


def test_hostile_input_stays_text(logged_in: Any) -> None:
    client = logged_in("editor")
    assert len(PAYLOADS) == 20
    for payload in PAYLOADS:
        text = payload.replace("\0", "")
        answer = post_news(client, text=f"Headline {text}\n\nMinister {text} Ivan Orlov spoke.\n\n{text}")
        article = Article.objects.latest("pk") if answer.status_code == 302 else None
        pages = [answer.content]
        if article:
            pages += [client.get(suggestions_url(article)).content]
            done = post(client, article, way="publish", abstract=text, accept=list(names(client, article)))
            assert done.status_code == 302, payload
            pages += [client.get(done["Location"]).content, client.get(article.get_absolute_url()).content]
        for page in pages:
            for tag in (
                b"<script>alert",
                b"<img src=x",
                b"<svg/",
                b"<iframe",
                b"<details open on",
                b"<style",
                b"<math",
            ):
                assert tag not in page, payload
            assert b"<a href=javascript" not in page
            assert b'href="javascript' not in page
            assert b"<body onload" not in page


# Suggestions ----------------------------------------------------------------------------------------------------------


def test_suggestions_stand_beside_the_marked_text(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    page = client.get(suggestions_url(draft)).content.decode()
    assert 'title="Ruritania' in page
    assert ">Ivan Orlov</mark>" in page
    offered = names(client, draft)
    assert offered["participant:orlov-ivan"]
    assert offered["country:RU"]
    assert (
        suggestions_url(draft) in client.get(reverse("admin:archive_article_change", args=[draft.pk])).content.decode()
    )


def test_marks_do_not_nest_and_what_is_marked_is_escaped_whole() -> None:
    draft = Draft(text="<b>The Ruritanian minister</b> Orlov")
    spans = [(7, 17, "Ruritania"), (7, 26, "Ministry"), (31, 36, "Orlov"), (26, 31, "beside"), (9, 9, "nothing")]
    suggestions = [
        Suggestion(Kind.COUNTRY, label, label, (Evidence(draft.text[start:end], start, end),))
        for start, end, label in spans
    ]
    (passage,), numbers = marked(draft, suggestions)
    assert "".join(fragment.text for fragment in passage.fragments) == draft.text
    assert [(one.text, one.about) for one in passage.fragments if one.number] == [
        ("Ruritanian minister", "Ruritania; Ministry"),
        ("</b> ", "beside"),
        ("Orlov", "Orlov"),
    ]
    assert numbers[Place.TEXT, 7, 17] == numbers[Place.TEXT, 7, 26] == 1


def test_selected_ones_are_accepted_with_what_was_written(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    answer = post(client, draft, way="selected", accept=["country:RU", "no:such"], abstract="They met.")
    assert (answer.status_code, answer["Location"]) == (302, suggestions_url(draft))
    draft.refresh_from_db()
    assert [country.iso2 for country in draft.countries.all()] == ["RU"]
    assert not draft.participants.exists()
    assert (draft.abstract, draft.status) == ("They met.", "draft")
    assert "1 suggestion accepted" in said(answer)
    assert "country:RU" not in names(client, draft)


def test_all_are_accepted_whatever_is_selected(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    assert post(client, draft, way="all").status_code == 302
    assert names(client, draft) == {}
    assert draft.participants.filter(slug="orlov-ivan").exists()
    assert "Nothing more is suggested" in client.get(suggestions_url(draft)).content.decode()


def test_a_rejected_one_is_not_made_again_and_nothing_else_is_lost(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    answer = post(client, draft, reject="country:RU", accept=["participant:orlov-ivan"], abstract="Half a sent")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Half a sent" in page
    boxes = _Boxes()
    boxes.feed(page)
    assert boxes.found["participant:orlov-ivan"]
    assert [name for name, is_chosen in boxes.found.items() if is_chosen] == ["participant:orlov-ivan"]
    assert "country:RU" not in boxes.found
    assert not SuggestionDecision.objects.get().is_accepted
    draft.refresh_from_db()
    assert draft.abstract == ""


def test_accept_and_publish_is_one_step(draft: Article, logged_in: Any) -> None:
    client = logged_in("editor")
    answer = post(client, draft, way="publish", accept=["participant:orlov-ivan"], abstract="They met.")
    assert answer["Location"] == reverse("admin:archive_article_change", args=[draft.pk])
    draft.refresh_from_db()
    assert (draft.status, draft.abstract) == ("published", "They met.")
    assert draft.get_absolute_url() in said(answer)
    assert {change.by for change in Change.objects.filter(record_type="article")} >= {"a-editor"}
    public = Client().get(draft.get_absolute_url()).content.decode()
    assert "Ivan Orlov" in public


@pytest.mark.parametrize("wrong", [{"headline": " "}, {"url": "javascript:alert(1)"}, {"headline": "x" * 301}])
def test_what_is_wrong_publishes_and_accepts_nothing(wrong: dict[str, str], draft: Article, logged_in: Any) -> None:
    client = logged_in("editor")
    known = Change.objects.last_number()
    answer = post(client, draft, way="publish", accept=["participant:orlov-ivan"], **{"abstract": "They met.", **wrong})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "errorlist" in page
    assert "They met." in page
    assert Change.objects.last_number() == known
    assert names(client, draft)["participant:orlov-ivan"]


def test_what_the_records_refuse_is_undone_whole(draft: Article, logged_in: Any) -> None:
    client = logged_in("editor")
    # A draft may be wrong in what is not on the page: it is looked at whole when it is published.
    Article.objects.filter(pk=draft.pk).update(slug="not a slug")
    known = Change.objects.last_number()
    answer = post(client, draft, way="publish", accept=["participant:orlov-ivan"], abstract="They met.")
    assert answer.status_code == 200
    assert "slug" in answer.content.decode()
    assert "They met." in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.status, draft.abstract, draft.participants.count()) == ("draft", "", 0)
    assert Change.objects.last_number() == known


def test_what_somebody_else_wrote_meanwhile_stays(draft: Article, logged_in: Any) -> None:
    shown = {name: getattr(draft, name) for name in ("headline", "url", "abstract")}
    Article.objects.filter(pk=draft.pk).update(headline="A better headline")
    hidden = {f"initial-{name}": value for name, value in shown.items()}
    data = {**shown, **hidden, "abstract": "They met.", "way": "selected"}
    assert logged_in("curator").post(suggestions_url(draft), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.headline, draft.abstract) == ("A better headline", "They met.")


def test_what_both_wrote_is_shown_before_it_is_overwritten(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    shown = {name: getattr(draft, name) for name in ("headline", "url", "abstract")}
    Article.objects.filter(pk=draft.pk).update(abstract="Theirs,\nin two lines.")
    data = {**shown, **{f"initial-{name}": value for name, value in shown.items()}, "abstract": "Mine.", "way": "all"}
    page = client.post(suggestions_url(draft), data).content.decode()
    assert "It reads now: Theirs," in page
    assert ">\nMine.</textarea>" in page
    draft.refresh_from_db()
    assert (draft.abstract, draft.countries.count()) == ("Theirs,\nin two lines.", 0)
    # As the page has it now, with the line breaks that browsers send.
    data["initial-abstract"] = "Theirs,\r\nin two lines."
    assert 'name="initial-abstract" value="Theirs,\nin two lines."' in page
    assert client.post(suggestions_url(draft), data).status_code == 302
    draft.refresh_from_db()
    assert draft.abstract == "Mine."


@pytest.mark.parametrize(
    ("role", "status", "ways"),
    [
        ("curator", "draft", ["selected", "all", "review"]),
        ("curator", "in-review", ["selected", "all"]),
        ("curator", "published", []),
        ("editor", "draft", ["selected", "all", "publish"]),
        ("editor", "in-review", ["selected", "all", "publish"]),
        ("editor", "published", ["selected", "all"]),
        ("editor", "withdrawn", ["selected", "all"]),
    ],
)
def test_the_buttons_of_each_role(role: str, status: str, ways: list[str], ruritania: Any, logged_in: Any) -> None:
    client = logged_in(role)
    article = factories.make_article(body=TEXT, status=status)
    page = client.get(suggestions_url(article)).content.decode()
    assert [way.name for way in suggesting.WAYS if f'name="way" value="{way.name}"' in page] == ways
    assert ('name="accept"' in page) == bool(ways)
    if not ways:
        assert post(client, article, way="selected").status_code == 403


def test_a_curator_sends_to_review_and_does_not_publish(draft: Article, logged_in: Any) -> None:
    client = logged_in("curator")
    assert post(client, draft, way="publish").status_code == 403
    assert post(client, draft, way="review", accept=["participant:orlov-ivan"]).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.participants.count()) == ("in-review", 1)


def test_suggestions_of_a_record_that_was_deleted_meanwhile(draft: Article, logged_in: Any, monkeypatch: Any) -> None:
    client = logged_in("editor")
    gone = Suggestion(Kind.PARTICIPANT, "gone", "Gone")
    monkeypatch.setattr(suggesting, "suggest_links", lambda _article: suggesting.Suggestions((gone,)))
    answer = post(client, draft, way="publish", accept=["participant:gone"], abstract="They met.")
    assert answer.status_code == 200
    assert "was deleted meanwhile" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_the_next_draft_of_a_document_is_offered(logged_in: Any) -> None:
    client = logged_in("editor")
    post_news(client, text=DIGEST)
    first, second = Article.objects.order_by("source_position")[:2]
    answer = post(client, first, way="publish")
    assert suggestions_url(second) in said(answer)


@pytest.mark.parametrize("key", ["0", "nothing", "99999999999999999999999"])
def test_suggestions_of_nothing(key: str, logged_in: Any) -> None:
    assert logged_in("curator").get(f"/admin/archive/article/{key}/suggestions/").status_code == 404


def test_the_pages_have_no_inline_script_or_style(draft: Article, logged_in: Any) -> None:
    client = logged_in("editor")
    for page in (client.get(NEWS), client.get(suggestions_url(draft)), post_news(client, text=DIGEST)):
        html = page.content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html


def test_the_number_of_queries_does_not_grow_with_the_suggestions(
    draft: Article, logged_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = logged_in("editor")
    for name in ("Anna Berg", "Boris Dorn", "Clara Egge", "David Falk"):
        factories.make_participant(name=name)
    Article.objects.filter(pk=draft.pk).update(body=f"{draft.body} Anna Berg, Boris Dorn, Clara Egge, David Falk came.")
    client.get(suggestions_url(draft))
    with django_assert_max_num_queries(25):
        client.get(suggestions_url(draft))
    assert Participant.objects.count() == 5
