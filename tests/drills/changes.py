"""Random changes of an archive, as curators, commands and mishaps make them; each is a function of a source of chance.

Articles whose slug begins with "undisclosed" are never published: nothing may ever be found of them.
"""

from collections.abc import Callable
from contextlib import suppress
from random import Random

from django.db import transaction

from archive import search
from archive.curation import review
from archive.models import Article, Change, Status, Topic
from tests import factories as make

WORD, SECRET = "drill", "undisclosed"
BY = "drills"


def fill(articles: int) -> None:
    """An archive to begin with: half of the articles public, a quarter drafts, a quarter never to be published."""
    search.rebuild_index()
    topics = [make.make_topic(slug=f"topic-{n}", name=f"Topic {n}") for n in range(4)]
    for n in range(articles):
        _article(f"{SECRET if n % 4 == 3 else WORD}-first-{n}", n % 2 == 0, topics[n % 4])


def _article(slug: str, is_public: bool, topic: Topic | None) -> Article:
    article: Article = make.make_article(
        slug=slug,
        headline=f"{slug.split('-')[0].title()} {slug}",
        abstract="First words of it.",
        status=Status.PUBLISHED if is_public else Status.DRAFT,
        topics=[topic] if topic else [],
    )
    return article


def _any(chance: Random, **lookups: object) -> Article | None:
    pks = list(Article.objects.filter(**lookups).order_by("pk").values_list("pk", flat=True))
    return Article.objects.filter(pk=chance.choice(pks)).first() if pks else None


def _topic(chance: Random) -> Topic:
    return chance.choice(list(Topic.objects.order_by("pk")))


def _text(chance: Random) -> str:
    return f"Written anew, {chance.randrange(10**6)}. " + "Words " * chance.randrange(200)


def _create(chance: Random) -> None:
    kind = chance.choice([WORD, WORD, SECRET])
    is_public = kind == WORD and chance.random() < 0.5
    _article(f"{kind}-{chance.randrange(10**9)}", is_public, _topic(chance))


def _save(chance: Random) -> None:
    if article := _any(chance):
        article.abstract = _text(chance)
        article.save()


def _link(chance: Random) -> None:
    # As the admin and accepted suggestions do it: else another process may delete what is just being linked.
    with transaction.atomic():
        Change.objects.lock()
        if article := _any(chance):
            article.topics.set([_topic(chance)])


def _rename(chance: Random) -> None:
    """Touches the documents of all articles about the topic."""
    topic = _topic(chance)
    topic.name = f"Topic {chance.randrange(10**6)}"
    topic.save()


def _publish(chance: Random) -> None:
    if article := _any(chance, slug__startswith=WORD, status__in=[Status.DRAFT, Status.WITHDRAWN]):
        _take_step(lambda: review.publish(article, by=BY))


def _withdraw(chance: Random) -> None:
    if article := _any(chance, status=Status.PUBLISHED):
        _take_step(lambda: review.withdraw(article, by=BY, why="A drill."))


def _take_step(step: Callable[[], None]) -> None:
    # Not allowed: another process was first.
    with suppress(review.NotAllowed):
        step()


def _delete(chance: Random) -> None:
    if article := _any(chance):
        article.delete()


def _update(chance: Random) -> None:
    chosen = [article.pk for _ in range(10) if (article := _any(chance))]
    Article.objects.filter(pk__in=chosen).update(abstract=_text(chance))


def _update_status(chance: Random) -> None:
    """Withdraws several at once."""
    chosen = [article.pk for _ in range(2) if (article := _any(chance, status=Status.PUBLISHED))]
    Article.objects.filter(pk__in=chosen, status=Status.PUBLISHED).update(
        status=Status.WITHDRAWN, withdrawn_at=make.timezone.now(), withdrawal_reason="A drill."
    )


def _roll_back(chance: Random) -> None:
    """Publishes what must not be, and more, and takes all of it back."""
    with transaction.atomic():
        _article(f"{SECRET}-{chance.randrange(10**9)}", True, _topic(chance))
        if draft := _any(chance, status=Status.DRAFT):
            review.publish(draft, by=BY)
        # What is not decided is not searched either.
        search.search(search.Query(SECRET))
        _update(chance)
        _delete(chance)
        transaction.set_rollback(True)


def _rebuild(chance: Random) -> None:
    search.rebuild_index()


# How often each kind happens, against the others.
_WEIGHTS: dict[Callable[[Random], None], int] = {
    _create: 5,
    _save: 4,
    _link: 2,
    _rename: 2,
    _publish: 6,
    _withdraw: 2,
    _delete: 1,
    _update: 3,
    _update_status: 1,
    _roll_back: 3,
    _rebuild: 1,
}


def change(seed: int) -> str:
    """Make one random change; the name of its kind."""
    chance = Random(seed)
    chosen = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    chosen(chance)
    return chosen.__name__.strip("_")
