import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from archive.models import Article, Redirect, Topic, recording
from tests.factories import make_article, make_event, make_topic

pytestmark = pytest.mark.django_db


def rename(record: Topic | Article, *slugs: str) -> None:
    for slug in slugs:
        record.slug = slug
        record.save()


def redirects() -> dict[str, str]:
    return dict(Redirect.objects.filter(record_type="topic").values_list("old_slug", "new_slug"))


def test_a_changed_slug_leaves_a_redirect_with_its_reason() -> None:
    topic = make_topic(slug="narcotics")
    with recording(by="ada", why="the usual word"):
        rename(topic, "drugs")
    assert redirects() == {"narcotics": "drugs"}
    assert Redirect.objects.get().why == "the usual word"


def test_a_reader_is_sent_on_once_however_often_the_slug_changed() -> None:
    rename(make_topic(slug="a"), "b", "c", "d")
    assert redirects() == {"a": "d", "b": "d", "c": "d"}


def test_a_save_without_a_new_slug_leaves_no_redirect() -> None:
    topic = make_topic(slug="drugs")
    topic.name = "Drugs"
    topic.save()
    assert redirects() == {}


@pytest.mark.parametrize("status", ["draft", "published"])
def test_an_old_slug_is_refused_to_every_other_record_of_the_kind(status: str) -> None:
    rename(make_article(slug="old"), "new")
    other = make_article(slug="other", status=status)
    other.slug = "old"
    with pytest.raises(ValidationError, match="used before"):
        other.full_clean()
    with pytest.raises(ValidationError, match="used before"), transaction.atomic():
        other.save()
    fresh = Article(slug="old", headline="Fresh")
    with pytest.raises(ValidationError, match="used before"):
        fresh.full_clean()
    with pytest.raises(ValidationError, match="used before"), transaction.atomic():
        fresh.save()
    with pytest.raises(ValidationError, match="used before"), transaction.atomic():
        Article.objects.bulk_create([Article(slug="old", headline="Fresh")])
    assert Article.objects.filter(slug="old").count() == 0


def test_a_record_does_not_get_its_own_old_slug_back() -> None:
    topic = make_topic(slug="a")
    rename(topic, "b")
    topic.slug = "a"
    with pytest.raises(ValidationError, match="used before"):
        topic.full_clean()
    with pytest.raises(ValidationError, match="used before"):
        topic.save()


def test_another_kind_of_record_may_use_the_slug() -> None:
    rename(make_topic(slug="iran"), "islamic-republic")
    make_event(slug="iran")


def test_a_refused_rename_leaves_nothing_behind() -> None:
    make_topic(slug="taken")
    topic = make_topic(slug="a")
    topic.slug = "taken"
    with pytest.raises(IntegrityError), transaction.atomic():
        topic.save()
    assert redirects() == {}
    rename(topic, "b")
    assert redirects() == {"a": "b"}


def test_an_outdated_object_does_not_undo_a_rename() -> None:
    topic = make_topic(slug="a")
    outdated = Topic.objects.get(pk=topic.pk)
    rename(topic, "b")
    outdated.name = "Other"
    with pytest.raises(ValidationError, match="used before"):
        outdated.save()


def test_a_record_made_in_bulk_or_loaded_in_part_leaves_a_redirect_too() -> None:
    made = Topic.objects.bulk_create([Topic(slug="a", name="A", definition="…")])
    rename(made[0], "b")
    rename(Topic.objects.only("name").get(), "c")
    rename(Topic.objects.defer("slug").get(), "d")
    assert redirects() == {"a": "d", "b": "d", "c": "d"}


@pytest.mark.parametrize("slug", ["", "Upper", "under_score", "a--b", "-a", "a-", "a b", "ü", "a/b", "a\n"])
def test_a_slug_is_lower_case_words_and_single_hyphens(slug: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Topic(slug=slug, name="Name", definition="Definition").full_clean()
    assert set(refused.value.message_dict) == {"slug"}
