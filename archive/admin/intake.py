"""News into the archive by hand: a pasted text, a file or an address becomes drafts."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.review import ReviewedAdmin
from archive.admin.suggesting import suggestions_url
from archive.curation.duplicates import pairs
from archive.curation.importing import Intake, Outcome, Row, intake
from archive.curation.roles import may_publish
from archive.ingest.readers import MAX_BYTES, MEGABYTE
from archive.ingest.refusal import Refused
from archive.models import Article

# So many items are listed; of a longer document the drafts stand in the list of articles.
_SHOWN = 500


class NewsForm(forms.Form):
    """Where the news is to come from; that it is one of the three, the door says (`importing.intake`)."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        help_text=gettext_lazy(
            "An article with its headline on the first line, below it the date, if there is one; or a whole digest page."
        ),
        widget=forms.Textarea(attrs={"rows": 16, "cols": 100, "autofocus": True, "class": "vLargeTextField"}),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,  # the readers say what is wrong with it
        help_text=gettext_lazy(
            "At most 30 MB: text, a digest page, a web page, a feed, a web archive (WARC), a table (CSV) or JSON lines. "
            "What it is, is seen by its content."
        ),
    )
    url = forms.URLField(
        label=gettext_lazy("Address"),
        required=False,
        assume_scheme="https",
        max_length=1000,
        help_text=gettext_lazy("Of an article or a feed on the web; it is fetched now, which may take half a minute."),
        widget=forms.URLInput(attrs={"class": "vURLField"}),
    )

    def source(self) -> dict[str, Any]:
        """What was given, as `intake` takes it. Raises Refused before a file that is too large is read."""
        given = {name: self.cleaned_data[name] for name in ("text", "url") if self.cleaned_data[name]}
        if file := self.cleaned_data["file"]:
            if file.size > MAX_BYTES:
                most = MAX_BYTES // MEGABYTE
                raise Refused(_("The file is larger than %(most)d MB. Split it.") % {"most": most}, 413)
            given |= {"data": file.read(), "name": file.name, "media_type": file.content_type or ""}
        return given


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an item: the row, where its article is worked on, and the articles it looks like, to compare."""

    row: Row
    url: str
    likes: tuple[tuple[Article, str], ...]


class TakesNews(ReviewedAdmin):
    """Adds the page “Add news” to the admin of articles."""

    change_list_template: ClassVar[Any] = "admin/archive/article_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.news_view)
        return [path("add-news/", view, name="archive_article_news"), *super().get_urls()]

    def news_view(self, request: HttpRequest) -> HttpResponse:
        """The form; POST takes in what it holds. What was refused is said above the form, which keeps what it held."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        status = 200
        form = NewsForm(request.POST, request.FILES) if request.method == "POST" else NewsForm()
        if form.is_bound:
            status = 400
            if form.is_valid():
                try:
                    return self._taken(request, self._run(request, form))
                except Refused as refused:
                    form.add_error(None, str(refused).splitlines())
                    status = refused.status
        return self._page(request, "intake", _("Add news"), {"form": form}, status)

    def _run(self, request: HttpRequest, form: NewsForm) -> Intake:
        may_change_public = may_publish(request.user, Article)
        return intake(**form.source(), by=request.user.get_username(), may_change_public=may_change_public)

    def _taken(self, request: HttpRequest, done: Intake) -> HttpResponse:
        """On to the suggestions for a single new article, else the table of what became of the items."""
        user: Any = request.user
        new = [row.article for row in done.rows if row.outcome is Outcome.NEW and row.article]
        if new:
            LogEntry.objects.log_actions(
                user_id=user.pk,
                queryset=new,
                action_flag=ADDITION,
                change_message=_("Taken in from %(name)s.") % {"name": done.document.name},
            )
        if new and len(done.rows) == 1:
            self.message_user(request, _("A draft was made of it."), messages.SUCCESS)
            for doubt in (*done.document.notes, *map(str, done.rows[0].item.flags)):
                self.message_user(request, doubt, messages.WARNING)
            return HttpResponseRedirect(suggestions_url(new[0]))
        document = next((article.source_document_id for article in new), None)
        context = {
            "done": done,
            "counts": [(_OUTCOMES[outcome], n) for outcome in Outcome if (n := done.count(outcome))],
            "rows": _rows(request, done, new),
            "outcomes": _OUTCOMES,
            "more": max(0, len(done.rows) - _SHOWN),
            "list_url": f"{reverse('admin:archive_article_changelist')}?source_document__id__exact={document}"
            if document
            else "",
        }
        return self._page(request, "intake_done", _("What became of it"), context)

    def _page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/archive/{template}.html", {**shared, **context}, status=status)


_OUTCOMES = {
    Outcome.NEW: gettext_lazy("new"),
    Outcome.MATCHED: gettext_lazy("known already"),
    Outcome.DUPLICATE: gettext_lazy("repeated"),
    Outcome.SKIPPED: gettext_lazy("left out"),
}


def _rows(request: HttpRequest, done: Intake, new: Collection[Article]) -> list[Taken]:
    """The first rows; those of new articles with what they look like, found for all of them at once."""
    likes = _likes({article.pk for article in new}) if request.user.has_perm("archive.view_duplicatedecision") else {}
    return [
        Taken(
            row,
            suggestions_url(row.article) if row.article and row.article.pk else "",
            likes.get(row.article.pk, ()) if row.article and row.outcome is Outcome.NEW else (),
        )
        for row in done.rows[:_SHOWN]
    ]


def _likes(keys: set[int]) -> dict[int, tuple[tuple[Article, str], ...]]:
    """For each of the articles those that may be the same, with the page that compares the two."""
    others: defaultdict[int, list[int]] = defaultdict(list)
    for pair in pairs() if keys else ():
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one in keys:
                others[one].append(other)
    articles = Article.objects.in_bulk({key for found in others.values() for key in found})
    return {
        one: tuple((articles[other], compare_url(one, other)) for other in found if other in articles)
        for one, found in others.items()
    }


def compare_url(one: int, other: int) -> str:
    return reverse("admin:archive_duplicatedecision_compare", args=[one, other])
