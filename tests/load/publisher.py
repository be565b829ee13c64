"""Publishes an article every so many seconds: `python -m tests.load.publisher 5`. A line for each."""

import sys
import time

import django


def main(every: float) -> None:
    django.setup()
    from archive.curation.review import publish
    from archive.models import Article
    from tests import factories as make

    n = Article.objects.count()
    while True:
        begun = time.monotonic()
        n += 1
        article = make.make_article(
            slug=f"load-{n}", headline=f"Published under load {n}", status="draft", date="2026-03-01"
        )
        publish(article, by="load")
        print(f"{article.slug}: {time.monotonic() - begun:.2f} s", flush=True)
        time.sleep(every)


if __name__ == "__main__":
    main(float(sys.argv[1]))
