"""The made-up archive: the same for the same number and seed, valid, whole in the log, never among real records."""

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import TestCase

from archive.curation.corpus import PREFIX, CorpusRefused, generate
from archive.curation.corpus.words import vocabulary_size
from archive.formats.records import export_rows
from archive.models import Article, Attendance, Change, Coverage, Delegation, Event, Participant, Publisher
from tests.factories import make_article, make_event

pytestmark = pytest.mark.django_db

N = 200
LOGGED = (Article, Event, Participant, Publisher, Coverage, Delegation, Attendance)


class _Undo(Exception):
    pass


def made_and_undone(articles: int, seed: int) -> list[Any]:
    """What a generation writes, as it is exported; the database is then as before."""
    found: list[Any] = []
    try:
        with transaction.atomic():
            generate(articles=articles, seed=seed)
            found += export_rows(with_restricted=True)
            raise _Undo
    except _Undo:
        return found


def test_the_same_number_and_seed_give_the_same_archive() -> None:
    once, again = made_and_undone(10, 3), made_and_undone(10, 3)

    assert once == again
    assert once != made_and_undone(10, 4)


class TestCorpus(TestCase):
    """One archive for all that only looks at it."""

    @classmethod
    def setUpTestData(cls) -> None:
        generate(articles=N, seed=1)

    def test_counts_and_slugs(self) -> None:
        assert Article.objects.published().count() == N
        assert Event.objects.published().count() == N // 20 + 1
        assert not Article.objects.exclude(slug__startswith=PREFIX).exists()
        assert not Event.objects.exclude(slug__startswith=PREFIX).exists()

    def test_records_are_valid(self) -> None:
        for model in LOGGED:
            records = model.objects.all()[:25]  # type: ignore[attr-defined]
            assert records
            for record in records:
                record.full_clean()

    def test_articles_look_like_articles(self) -> None:
        articles = list(Article.objects.all())

        for article in articles:
            assert 60 <= len(article.body.split()) <= 600
            assert 5 <= len(article.headline.split()) <= 12
            assert article.abstract and article.text_sha256
        assert {article.partial_date.kind for article in articles if article.date} == {"point", "interval", "one-of"}
        assert any(not article.date for article in articles)
        assert len({article.kind for article in articles}) > 3
        years = {article.date_earliest.year for article in articles if article.date_earliest}
        assert min(years) >= 1995 and max(years) <= 2026 and len(years) > 20

    def test_words_follow_zipf(self) -> None:
        counted = Counter(word for article in Article.objects.all() for word in article.body.lower().split())
        ranked = [n for _, n in counted.most_common()]

        # Few words make up most of the text, and most words stand in it a few times.
        assert sum(ranked[:50]) > 0.3 * sum(ranked)
        assert sum(1 for n in ranked if n <= 3) > 0.3 * len(ranked)

    def test_the_log_and_the_history_are_whole(self) -> None:
        for model in LOGGED:
            logged = Change.objects.filter(record_type=model._meta.model_name).values_list("record_id", flat=True)
            assert sorted(logged) == sorted(model.objects.values_list("pk", flat=True))  # type: ignore[attr-defined]
            assert model.history.count() == len(logged)  # type: ignore[attr-defined]
        made_up = Change.objects.filter(record_type="article")
        assert set(made_up.values_list("by", "why")) == {("generate_corpus", f"{N} articles, seed 1")}


def test_the_vocabulary_grows_slower_than_the_archive() -> None:
    assert vocabulary_size(10_000) == 40_000
    assert 2 * vocabulary_size(10_000) < vocabulary_size(100_000) < 5 * vocabulary_size(10_000)


def test_one_real_event_is_an_archive() -> None:
    make_event(status="draft")

    with pytest.raises(CorpusRefused):
        generate(articles=5, seed=1)


def test_nothing_is_made_up_among_real_articles() -> None:
    make_article(status="draft")

    with pytest.raises(CorpusRefused, match="ARCHIVE_DATA_DIR"):
        generate(articles=5, seed=1)

    assert not Article.objects.filter(slug__startswith=PREFIX).exists()
    generate(articles=5, seed=1, force=True)
    assert Article.objects.filter(slug__startswith=PREFIX).count() == 5


def test_the_command_reports_and_refuses() -> None:
    out = StringIO()
    call_command("generate_corpus", articles=5, seed=2, stdout=out)
    assert "5 articles" in out.getvalue()

    with pytest.raises(CommandError, match=r"Nothing was written.* another seed"):
        call_command("generate_corpus", articles=5, seed=2, force=True)
    generate(articles=5, seed=22)
    assert Article.objects.count() == 10
    with pytest.raises(CommandError, match="--articles"):
        call_command("generate_corpus", articles=0)
