"""Articles that look alike, what is decided on them, and the merges of two records into one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive.admin.base import RecordAdmin
from archive.admin.forms import ReasonForm, sentences
from archive.admin.mergeable import may_merge, merge_url
from archive.curation.duplicates import decide, find_duplicates, pairs
from archive.curation.merging import CHOSEN, kept_record, merge, plan, undo
from archive.curation.merging.lookalikes import lookalikes
from archive.formats.differences import Fragment, differences
from archive.models import Article, DuplicateDecision, Merge
from archive.models.duplicate import DuplicateOutcome

_PAIRS_ON_A_PAGE = 25
_FOUND = 20


class DecisionForm(forms.Form):
    """What two articles that look alike are, if not one; the buttons are the outcome."""

    outcome = forms.ChoiceField(choices=DuplicateOutcome.choices)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A field of two articles, each in fragments; the same of both where nothing is marked."""

    label: str
    first: list[Fragment]
    second: list[Fragment]
    differs: bool


@admin.register(DuplicateDecision)
class DuplicateDecisionAdmin(RecordAdmin):
    """What was decided; the queue of what is to be; and the page that shows two articles side by side."""

    change_list_template = "admin/archive/duplicate_decisions.html"
    list_display = ("__str__", "outcome", "note")
    list_filter = ("outcome",)
    list_select_related = ("first", "second")
    search_fields = ("first__headline", "second__headline", "note")
    autocomplete_fields = ("first", "second")
    fields = ("first", "second", "outcome", "note")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("first", "second") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("pairs/", view(self.pairs_view), name="archive_duplicatedecision_pairs"),
            path("of/<int:pk>/", view(self.article_view), name="archive_duplicatedecision_of"),
            path("<int:one>/<int:other>/", view(self.compare_view), name="archive_duplicatedecision_compare"),
            *super().get_urls(),
        ]

    def pairs_view(self, request: HttpRequest) -> HttpResponse:
        """The queue, a page of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = Paginator(pairs(), _PAIRS_ON_A_PAGE).get_page(request.GET.get("page"))
        keys = {key for pair in page for key in (pair.first, pair.second)}
        articles = Article.objects.select_related("publisher", "agency").in_bulk(keys)
        # What was deleted a moment ago is left out.
        shown = [pair for pair in page if pair.first in articles and pair.second in articles]
        rows = [(pair, (articles[pair.first], articles[pair.second])) for pair in shown]
        return self._page(request, "possible_duplicates", _("Possible duplicates"), page=page, rows=rows)

    def article_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Those of one article."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = get_object_or_404(Article.objects.select_related("publisher", "agency"), pk=pk)
        rows = [(likeness, (article, likeness.article)) for likeness in find_duplicates(article)]
        title = _("Possible duplicates of “%(record)s”") % {"record": article}
        return self._page(request, "possible_duplicates", title, rows=rows)

    def compare_view(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        """Two articles side by side; POST keeps what was decided."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        first, second = (get_object_or_404(_comparable(), pk=key) for key in sorted((one, other)))
        if first == second:
            raise Http404
        if request.method == "POST":
            return self._decide(request, first, second)
        known = DuplicateDecision._base_manager.filter(first=first, second=second).first()
        likeness = next((one for one in find_duplicates(first) if one.article == second), None)
        return self._page(
            request,
            "compare",
            _("Two articles"),
            articles=(first, second),
            rows=list(_rows(first, second)),
            likeness=likeness,
            known=known,
            form=DecisionForm(initial={"note": known.note if known else ""}),
            may_decide=self.has_add_permission(request),
            merge_url=merge_url(first, second) if may_merge(request) else "",
        )

    def _decide(self, request: HttpRequest, first: Article, second: Article) -> HttpResponse:
        form = DecisionForm(request.POST)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not form.is_valid():
            self.message_user(request, _("Choose what the two are."), messages.ERROR)
            return HttpResponseRedirect(request.path)
        outcome = DuplicateOutcome(form.cleaned_data["outcome"])
        decision = decide(first, second, outcome, by=request.user.get_username(), note=form.cleaned_data["note"])
        self.log_change(request, decision, str(outcome.label))
        self.message_user(request, _("Remembered: %(outcome)s.") % {"outcome": outcome.label}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:archive_duplicatedecision_pairs"))

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        return _page(self, request, template, title, context)


def _page(page: Any, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    shared = {**page.admin_site.each_context(request), "title": title, "opts": page.opts, "media": page.media}
    return TemplateResponse(request, f"admin/archive/{template}.html", {**shared, **context})


# Two articles side by side --------------------------------------------------------------------------------------------

_COMPARED = (
    *("headline", "status", "date", "publisher", "agency", "kind", "language", "dateline", "url", "source_document"),
    *("source_position", "countries", "participants", "topics", "events", "abstract", "body"),
)


def _comparable() -> Any:
    links = ("countries", "participants", "topics", "events")
    return Article.objects.select_related("publisher", "agency", "source_document").prefetch_related(*links)


def _rows(first: Article, second: Article) -> Iterable[Row]:
    for name in _COMPARED:
        one, other = _shown(first, name), _shown(second, name)
        if not (one or other):
            continue
        fragments = differences(one, other) if one != other else [Fragment(one, "same")]
        yield Row(
            label=str(Article._meta.get_field(name).verbose_name),  # type: ignore[union-attr]  # none is a generic key
            first=[fragment for fragment in fragments if fragment.kind != "new"],
            second=[fragment for fragment in fragments if fragment.kind != "gone"],
            differs=one != other,
        )


def _shown(article: Article, name: str) -> str:
    if Article._meta.get_field(name).many_to_many:
        return ", ".join(sorted(str(one) for one in getattr(article, name).all()))
    if name == "date":
        return article.date_text
    display = getattr(article, f"get_{name}_display", None)
    value = display() if display else getattr(article, name)
    return "" if value is None else str(value)


# Merges ---------------------------------------------------------------------------------------------------------------

_MERGED = {model._meta.model_name or "": model for model in CHOSEN}


@admin.register(Merge)
class MergeAdmin(admin.ModelAdmin):
    """The merges, each with the way back; and the pages that make one."""

    change_form_template = "admin/archive/merge_form.html"
    list_display = ("merged_slug", "record_type", "why", "by", "at", "undone_at", "undone_by", "way_back")
    list_filter = ("record_type", ("undone_at", admin.EmptyFieldListFilter))
    date_hierarchy = "at"
    search_fields = ("merged_slug", "why", "by")
    fields = ("record_type", "merged_slug", "merged_id", "kept_id", "why", "by", "at", "undone_at", "undone_by")

    class Media:
        css = {"all": ["admin-archive/curation.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a merge is undone, not edited

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("undo")

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return columns if _may_undo(request) else [name for name in columns if name != "way_back"]

    @admin.display(description=gettext_lazy("way back"))
    def way_back(self, merge: Merge) -> str:
        if merge.undone_at:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:archive_merge_undo", args=[merge.pk]), _("Undo…"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("of/<str:name>/<int:kept>/<int:merged>/", view(self.merge_view), name="archive_merge_merge"),
            path("<int:pk>/undo/", view(self.undo_view), name="archive_merge_undo"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if done := self.get_object(request, unquote(object_id)):
            kept = kept_record(done)
            extra_context = {
                **(extra_context or {}),
                "kept_url": _change_url(kept) if kept else "",
                "may_undo": done.undone_at is None and _may_undo(request),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Which record is the other one? `?record=city:3` names the one, `q` looks for the other."""
        if not may_merge(request):
            raise PermissionDenied
        name, _colon, key = request.GET.get("record", "").partition(":")
        if not name:
            lists = [(model._meta.verbose_name_plural, _list_url(model)) for model in CHOSEN]
            return _page(self, request, "merge_with", _("Merge two records"), {"lists": lists})
        record = _record(name, key)
        words = request.GET.get("q", "").replace("\0", "").strip()
        others = self._others(request, record, words)
        context = {
            "record": record,
            "record_name": request.GET["record"],
            "record_url": _change_url(record),
            "q": words,
            "others": [(other, merge_url(record, other)) for other in others],
        }
        return _page(self, request, "merge_with", _("Merge “%(record)s” with…") % {"record": record}, context)

    def _others(self, request: HttpRequest, record: Any, words: str) -> list[Any]:
        if words:
            search = self.admin_site.get_model_admin(type(record)).get_search_results
            found, _may_repeat = search(request, type(record)._default_manager.exclude(pk=record.pk), words)
            return list(found.distinct()[:_FOUND])
        if isinstance(record, Article):
            return [likeness.article for likeness in find_duplicates(record)]
        return lookalikes(record)

    def merge_view(self, request: HttpRequest, name: str, kept: int, merged: int) -> HttpResponse:
        """What the merge would do, and which of the values stay; POST does it."""
        if not may_merge(request):
            raise PermissionDenied
        one, other = _record(name, str(kept)), _record(name, str(merged))
        planned = plan(one, other)
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            required=True,
            help_text=_("For the log, and for the old address, which leads to the kept record from now on."),
        )
        chosen = {
            choice.name: request.POST.get(f"take-{choice.name}", choice.preselected) for choice in planned.choices
        }
        if request.method == "POST" and form.is_valid():
            try:
                done = merge(one, other, chosen, by=request.user.get_username(), why=form.cleaned_data["why"])
            except ValidationError as error:
                form.add_error(None, sentences(error))
            else:
                self.log_addition(request, done, form.cleaned_data["why"])
                text = _("“%(merged)s” is “%(kept)s” now.") % {"merged": other, "kept": one}
                self.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(_change_url(one))
        context = {
            "kept": one,
            "merged": other,
            "kept_url": _change_url(one),
            "merged_url": _change_url(other),
            "swap_url": reverse("admin:archive_merge_merge", args=[name, merged, kept]),
            "plan": planned,
            "choices": [(choice, chosen[choice.name]) for choice in planned.choices],
            "form": form,
        }
        return _page(self, request, "merge", _("Merge two records"), context)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and take the two apart."""
        if not _may_undo(request):
            raise PermissionDenied
        done = get_object_or_404(Merge, pk=pk)
        back = reverse("admin:archive_merge_change", args=[done.pk])
        help_text = _("The merged record comes back with its address and links; what was edited since stays.")
        form = ReasonForm(request.POST if request.method == "POST" else None, required=True, help_text=help_text)
        if form.is_valid():
            try:
                left = undo(done, by=request.user.get_username(), why=form.cleaned_data["why"])
            except ValidationError as error:
                self.message_user(request, sentences(error), messages.ERROR)
            else:
                self.log_change(request, done, form.cleaned_data["why"])
                self._say_undone(request, left)
            return HttpResponseRedirect(back)
        context = {"step": {"asks": _("Undo the merge")}, "form": form, "records": [done], "back": back}
        return _page(self, request, "step", _("Undo the merge"), context)

    def _say_undone(self, request: HttpRequest, left: tuple[str, ...]) -> None:
        self.message_user(request, _("The two are two again."), messages.SUCCESS)
        for text in left[:_FOUND]:
            self.message_user(request, text, messages.WARNING)
        if len(left) > _FOUND:
            more = len(left) - _FOUND
            text = ngettext("%(n)d more thing was left as it is.", "%(n)d more things were left as they are.", more)
            self.message_user(request, text % {"n": more}, messages.WARNING)


def _may_undo(request: HttpRequest) -> bool:
    return request.user.has_perm("archive.change_merge")


def _record(name: str, key: str) -> Any:
    if name not in _MERGED or not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    return get_object_or_404(_MERGED[name], pk=int(key))


def _change_url(record: Any) -> str:
    return reverse(f"admin:archive_{record._meta.model_name}_change", args=[record.pk])


def _list_url(model: Any) -> str:
    return reverse(f"admin:archive_{model._meta.model_name}_changelist")
