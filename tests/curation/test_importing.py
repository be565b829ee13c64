"""Documents into the archive: known articles get what they lack, new ones are drafts, and nothing is ever half done."""

import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from archive.curation.importing import Intake, Outcome, carry_out, intake, writing
from archive.curation.loading import load
from archive.curation.review import publish, withdraw
from archive.formats.records import export_rows
from archive.formats.table import table
from archive.ingest import captures
from archive.ingest.items import Document, Item
from archive.ingest.refusal import Refused
from archive.ingest.text import text_sha256
from archive.models import Article, Capture, Change, Coverage, Publisher, Redirect, SourceDocument, Status
from tests.factories import (
    make_article,
    make_city,
    make_country,
    make_coverage,
    make_document,
    make_event,
    make_participant,
    make_publisher,
    make_topic,
)
from tests.ingest.canary import Canary
from tests.ingest.documents import DIGEST, HEADLINES, PAGE, PAYLOADS, json_line

pytestmark = pytest.mark.django_db
SEEDS = os.environ.get("ARCHIVE_SEEDS", "")
with_seeds = pytest.mark.skipif(not SEEDS, reason="ARCHIVE_SEEDS names no folder with the source documents")


def take(data: bytes = DIGEST.encode(), name: str = "digest.txt", **options: Any) -> Intake:
    return intake(data=data, name=name, by="curator", **options)


def outcomes(done: Intake) -> dict[str, int]:
    return {str(outcome): count for outcome in Outcome if (count := done.count(outcome))}


def state() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Article, SourceDocument, Capture, Change)}


def article_rows() -> list[dict[str, Any]]:
    return [row for row in export_rows(with_restricted=True) if row["type"] == "article"]


def test_a_digest_makes_a_draft_of_each_item_as_printed() -> None:
    make_publisher(name="Newsroom")
    done = take()
    assert outcomes(done) == {"new": 9}
    drafts = list(Article.objects.order_by("source_position"))
    assert [draft.headline for draft in drafts] == HEADLINES
    assert {draft.status for draft in drafts} == {Status.DRAFT}
    assert {draft.rights for draft in drafts} == {Article.Rights.RESTRICTED}
    assert [draft.source_position for draft in drafts] == list(range(1, 10))
    signed = drafts[3]
    assert (signed.printed_date, signed.date, signed.date_basis) == ("13 April 2016", "2016-04-13", "printed")
    assert (signed.dateline, signed.agency) == ("ASTRA, April 13. /NEWSROOM/.", Publisher.objects.get())
    assert signed.text_sha256 == text_sha256(signed.body)
    assert signed.slug == "ministers-sign-the-river-protocol-2016"


def test_a_contradiction_is_told_in_the_note_and_the_printed_date_stays() -> None:
    take()
    article = Article.objects.get(source_position=5)
    assert article.date == "2014-03-31"
    assert article.date_note.startswith("To check: 31 March 2014 is a Monday")


def test_the_bytes_the_document_and_who_did_it_are_kept() -> None:
    take()
    document, capture = SourceDocument.objects.get(), Capture.objects.get()
    assert (document.name, document.kind, document.title) == ("digest.txt", "digest", "Our Organisation")
    assert (capture.source_document, capture.address, capture.media_type) == (document, "digest.txt", "text/plain")
    with captures.opened(capture.sha256) as kept:
        assert kept.read() == DIGEST.encode()
    assert {(change.by, change.why) for change in Change.objects.filter(record_type="article")} == {
        ("curator", "import of digest.txt")
    }


def test_a_second_run_changes_nothing() -> None:
    take()
    before = state()
    assert outcomes(take()) == {"matched": 9}
    assert state() == before


def test_the_same_items_in_another_file_are_known_again() -> None:
    take()
    assert outcomes(take(DIGEST.replace("\n", "\r\n").encode(), "other.txt")) == {"matched": 9}
    assert Article.objects.count() == 9


def test_a_dry_run_says_the_same_and_keeps_nothing(data_dir: Path) -> None:
    before = state()
    assert outcomes(take(dry_run=True)) == {"new": 9}
    assert state() == before
    assert not (data_dir / "captures").exists()


def test_a_published_article_gets_its_text_and_keeps_what_curators_wrote() -> None:
    article = make_article(
        headline="Ours, corrected", text_sha256=text_sha256("They met."), abstract="Ours.", date="2016"
    )
    done = take(b"Envoys meet\n\nThey met.\n")
    (row,) = done.rows
    assert (row.outcome, row.article, row.fills) == (Outcome.MATCHED, article, ("body", "source_document"))
    article.refresh_from_db()
    assert (article.headline, article.abstract, article.date) == ("Ours, corrected", "Ours.", "2016")
    assert (article.body, article.source_position) == ("They met.", 1)


def test_what_a_curator_took_out_is_not_put_back() -> None:
    take(b"Envoys meet\n\nThey met.\n")
    article = Article.objects.get()
    article.body = ""
    article.save()
    assert take(b"Envoys meet\n\nThey met.\n").rows[0].fills == ()


def test_a_curator_does_not_add_to_what_is_public() -> None:
    article = make_article(text_sha256=text_sha256("They met."))
    (row,) = take(b"Envoys meet\n\nThey met.\n", may_change_public=False).rows
    assert (row.outcome, row.fills) == (Outcome.MATCHED, ())
    assert "an editor can add" in row.why
    article.refresh_from_db()
    assert article.body == ""


def test_a_text_that_everybody_sees_is_not_filled_in() -> None:
    make_article(text_sha256=text_sha256("They met."), rights="open")
    assert "body" not in take(b"Envoys meet\n\nThey met.\n").rows[0].fills


def test_an_article_is_matched_by_its_headline_and_date_where_one_has_no_text() -> None:
    article = make_article(headline="Envoys meet", date="2016-04-13")
    assert take(b"Envoys meet\n\n13 April 2016\n\nThey met.\n").rows[0].article == article
    (row,) = take(b"Envoys meet\n\n13 April 2016\n\nThey met elsewhere.\n").rows
    assert row.outcome is Outcome.NEW
    assert "another text" in row.why


def test_an_article_is_matched_by_its_address() -> None:
    article = make_article(url="https://news.example/river")
    (row,) = take(PAGE.encode(), "page.html").rows
    assert (row.outcome, row.article) == (Outcome.MATCHED, article)


def test_the_same_text_at_another_address_is_a_duplicate() -> None:
    take(json_line(title="A", text="They met.", url="https://one.example/").encode(), "one")
    (row,) = take(json_line(title="B", text="They met.", url="https://two.example/").encode(), "two").rows
    assert row.outcome is Outcome.DUPLICATE
    assert Article.objects.count() == 1


def test_what_was_withdrawn_does_not_come_back() -> None:
    take(b"Envoys meet\n\nThey met.\n")
    article = Article.objects.get()
    publish(article, by="editor")
    withdraw(article, by="editor", why="They never met.")
    (row,) = take(b"Envoys meet\n\nThey met.\n").rows
    assert (row.outcome, "They never met." in row.why) == (Outcome.SKIPPED, True)


def test_the_same_article_ten_times_is_one() -> None:
    assert outcomes(take(json_line(title="A", text="They met.").encode() * 10)) == {"new": 1, "duplicate": 9}
    assert Article.objects.count() == 1


def test_slugs_are_free_and_were_never_used() -> None:
    make_article(slug="envoys-meet")
    Redirect.objects.create(record_type="article", old_slug="envoys-meet-2", why="Gone.")
    rows = json_line(title="Envoys meet", text="One.") + json_line(title="Envoys meet!", text="Two.")
    take((rows + json_line(title="Послы встретились", text="Три.")).encode())
    slugs = set(Article.objects.values_list("slug", flat=True))
    assert {"envoys-meet-3", "envoys-meet-4"} < slugs
    assert any(slug.startswith("article-") for slug in slugs)


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()

    def fails(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.captures, "record", fails)
    with pytest.raises(KeyboardInterrupt):
        take()
    assert state() == before
    monkeypatch.undo()
    assert outcomes(take()) == {"new": 9}


def test_a_full_disk_is_a_refusal(data_dir: Path) -> None:
    before = state()
    (data_dir / "captures").write_text("no folder")
    with pytest.raises(Refused, match="can't be kept") as refusal:
        take()
    assert refusal.value.status == 507
    assert state() == before


def test_a_text_is_pasted_and_a_candidate_taken() -> None:
    done = intake(text="Envoys meet\n\nThey met.", by="curator", status="in-review")
    assert done.document.name.startswith("pasted-")
    assert Article.objects.get().status == Status.IN_REVIEW
    item = Item(headline="Envoys leave", text="They left.", url="https://news.example/left")
    (row,) = carry_out(Document.of(item), by="curator")
    assert (row.article.url, row.article.source_document) == ("https://news.example/left", None)


def test_what_stands_at_an_address_is_fetched_and_kept(settings: Any) -> None:
    with Canary() as canary:
        settings.FETCH_ALLOWED_HOSTS = [canary.host]
        canary.answers["/river"] = (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode())
        canary.redirect("/", "/river")
        (row,) = intake(url=f" http://{canary.host}/ ", by="curator").rows
    address = f"http://{canary.host}/river"
    assert (row.outcome, row.article.url) == (Outcome.NEW, address)
    assert (Capture.objects.get().address, SourceDocument.objects.get().address) == (address, address)
    with pytest.raises(Refused) as refusal:
        intake(url="http://169.254.169.254/latest/meta-data/", by="curator")
    assert refusal.value.status == 403


@pytest.mark.parametrize("given", [{}, {"text": "A", "url": "B"}, {"data": b"A", "status": "published"}])
def test_one_thing_at_a_time_and_nothing_published(given: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        intake(**{"by": "curator", **given})
    assert refusal.value.status == 400


def test_payloads_are_inert_on_every_page_they_reach(client: Client) -> None:
    rows = [
        json_line(**dict.fromkeys(("title", "date", "publisher", "author", "dateline"), payload), text=f"{n} {payload}")
        for n, payload in enumerate(PAYLOADS)
    ]
    take("".join(rows).encode(), "<script>alert(1)</script>.jsonl")
    assert Article.objects.count() == len(PAYLOADS)
    for article in Article.objects.all():
        assert article.url == ""
        publish(article, by="editor")
        page = client.get(article.get_absolute_url()).content.decode()
        for payload in PAYLOADS:
            assert "<" not in payload or payload not in page.replace("<script src=", "")


# Our own export -------------------------------------------------------------------------------------------------------


def full_article(**fields: Any) -> Article:
    event = make_event(slug="a-meeting")
    article = make_article(
        headline="'Quoted', =formula; and\ttab",
        publisher=make_publisher(slug="newsroom"),
        agency=make_publisher(slug="agency"),
        dateline="ASTRA",
        dateline_city=make_city(slug="astra"),
        printed_date="13 April 2016",
        date_note="Why.",
        url="https://news.example/a",
        abstract="=Ours",
        body="They met.\n\n- They left.\n  “So”",
        text_sha256="a" * 64,
        source_document=make_document(name="doc.txt"),
        source_position=7,
        countries=[make_country(), make_country()],
        participants=[make_participant(slug="envoy")],
        topics=[make_topic(slug="water")],
        **fields,
    )
    make_coverage(article=article, event=event, relation="mentions", note="Called a summit; it was none")
    return article


def exported(form: str) -> bytes:
    if form == "csv":
        return table(article_rows()).encode()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in export_rows(with_restricted=True)).encode()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("status", "kept"), [("draft", "draft"), ("published", "as-exported"), ("withdrawn", "as-exported")]
)
def test_our_own_export_comes_back_as_it_was(form: str, status: str, kept: str) -> None:
    article = full_article(status=status)
    make_article(status="draft", headline="A second one")
    before, data = article_rows(), exported(form)
    Coverage.objects.all().delete()
    Article.objects.filter(pk=article.pk).delete()
    assert article_rows() != before
    done = take(data, "export", status=kept)
    assert outcomes(done) == {"new": 1, "matched": 1}
    assert article_rows() == before
    assert outcomes(take(data, "export", status=kept))["matched"] >= (1 if status == "withdrawn" else 2)


def test_what_is_missing_is_named_and_nothing_is_half_done(data_dir: Path) -> None:
    row = {
        "type": "article",
        "slug": "a",
        "headline": "A",
        "published": {"edtf": "2016-13", "basis": "printed"},
        "kind": "news",
        "rights": "restricted",
        "language": "en",
        "publisher": "nobody",
        "countries": ["ZZ"],
        "events": [{"slug": "nothing", "relation": "reports", "note": ""}],
    }
    fine = {**row, "slug": "b", "publisher": None, "countries": [], "events": [], "published": {"edtf": ""}}
    with pytest.raises(Refused) as refusal:
        take((json_line(**fine) + json_line(**row)).encode())
    assert str(refusal.value).splitlines()[0] == "Nothing of it was imported."
    for words in ("a: there is no publisher nobody", "no country ZZ", "no event nothing", "2016-13"):
        assert words in str(refusal.value)
    assert not Article.objects.exists()
    assert not (data_dir / "captures").exists()
    assert outcomes(take(json_line(**fine).encode())) == {"new": 1}


def test_other_records_of_an_export_are_left_out_and_said_so() -> None:
    make_article()
    done = take(exported("jsonl") + json_line(type="city", slug="x").encode())
    assert done.document.notes == ("Only articles are imported; left out: city: 1.",)


# The command ----------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("import_articles", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_says_what_became_of_each_item(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "digest.txt").write_text(DIGEST)
    lines = run(str(tmp_path / "a"), "--dry-run").splitlines()
    assert lines[-1] == "1 documents: 9 new, 0 matched, 0 duplicate, 0 skipped. Nothing was kept: this was a dry run."
    assert not Article.objects.exists()
    lines = run(str(tmp_path / "a"), "--status", "in-review").splitlines()
    assert lines[0].startswith("new       digest.txt#1 Envoys open the autumn round → envoys-open-the-autumn-round")
    assert "[perhaps a caption: Lake at dawn]" in lines[4]
    assert set(Article.objects.values_list("status", flat=True)) == {"in-review"}


def test_the_command_goes_on_after_a_document_that_it_refuses(tmp_path: Path) -> None:
    (tmp_path / "evil.html").write_bytes(b"%PDF-1.7")
    (tmp_path / "fine.pdf").write_text(PAGE)
    with pytest.raises(CommandError, match="3 documents were not imported"):
        run(str(tmp_path / "evil.html"), str(tmp_path / "nothing"), "http://127.0.0.1:1/", str(tmp_path / "fine.pdf"))
    assert Article.objects.get().headline == "Ministers sign the river protocol"


# Two at a time --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "sqlite" in os.environ.get("DATABASE_URL", "sqlite"), reason="a test database in memory is not shared by threads"
)
def test_ten_imports_of_one_article_at_once_make_one() -> None:
    def work() -> None:
        try:
            take(b"Envoys meet\n\nThey met.\n")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Article.objects.count() == SourceDocument.objects.count() == Capture.objects.count() == 1


# The real documents ---------------------------------------------------------------------------------------------------


@with_seeds
def test_the_documents_fill_the_shipped_archive_and_create_nothing(settings: Any) -> None:
    load(settings.FIXTURES_DIR)
    before = Article.objects.count()
    done = [take(path.read_bytes(), path.name) for path in sorted(Path(SEEDS).glob("*.txt"))]
    assert sum(one.count(Outcome.MATCHED) for one in done) == before == 85
    assert Article.objects.exclude(text_sha256="").filter(body="").count() == 0
    assert all(article.text_sha256 == text_sha256(article.body) for article in Article.objects.exclude(body=""))
    changes = Change.objects.count()
    again = [take(path.read_bytes(), path.name) for path in sorted(Path(SEEDS).glob("*.txt"))]
    assert sum(len(row.fills) for one in again for row in one.rows) == 0
    assert Change.objects.count() == changes


@with_seeds
def test_in_an_empty_archive_the_documents_make_85_drafts(settings: Any) -> None:
    shipped = {
        (row["source_document"][0], row["source_position"]): row
        for one in json.loads((settings.FIXTURES_DIR / "article.json").read_text())
        for row in [one["fields"]]
    }
    for path in sorted(Path(SEEDS).glob("*.txt")):
        take(path.read_bytes(), path.name)
    drafts = {(draft.source_document.name, draft.source_position): draft for draft in Article.objects.all()}
    assert drafts.keys() == shipped.keys()
    for key, draft in drafts.items():
        row = shipped[key]
        assert draft.text_sha256 == row["text_sha256"], key
        assert draft.headline_supplied is row["headline_supplied"], key
        assert draft.headline_supplied or draft.headline == row["headline"], key
        assert draft.dateline == row["dateline"], key
        if row["date_basis"] in ("printed", "corrected"):
            assert draft.printed_date == row["printed_date"], key
        if row["date_basis"] == "printed":
            assert draft.date == row["date"], key
        assert ("To check" in draft.date_note) is (row["date_basis"] == "corrected"), key
