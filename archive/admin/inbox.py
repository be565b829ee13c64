"""The sources that are polled, and the queue of what was found in them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from archive.admin.base import warn
from archive.admin.forms import sentences
from archive.curation import inbox
from archive.ingest.items import Item
from archive.ingest.refusal import Refused
from archive.models import Article, Candidate, PolledSource
from archive.models.inbox import CandidateState


class PolledSourceForm(forms.ModelForm):
    class Meta:
        model = PolledSource
        fields = ("name", "address", "publisher", "is_active")
        help_texts = {
            "address": gettext_lazy(
                "The URL of a feed or a page; or a file or folder of the folder “inbox” in the server's data folder, "
                "named from there."
            ),
            "publisher": gettext_lazy("Of all that it brings; leave it out where a feed brings news of several."),
        }

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        if not inbox.is_web_address(address):
            try:
                inbox.path_of(address)
            except Refused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return address


@admin.register(PolledSource)
class PolledSourceAdmin(admin.ModelAdmin):
    """What `poll_sources` reads. One with candidates is switched off, not deleted: they tell what was seen."""

    form = PolledSourceForm
    list_display = ("name", "address", "publisher", "is_active", "polled_at", "problem")
    list_filter = ("is_active", ("problem", admin.EmptyFieldListFilter))
    list_select_related = ("publisher",)
    search_fields = ("name", "address")
    autocomplete_fields = ("publisher",)
    readonly_fields = ("polled_at", "problem")
    fields = ("name", "address", "publisher", "is_active", "polled_at", "problem")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "address" in form.changed_data:
            # What another server said of another page.
            obj.etag = obj.last_modified = ""
        super().save_model(request, obj, form, change)


@dataclass(frozen=True)
class Decision:
    """What can be made of candidates that stand at `start`; `done` is a lazy plural: `done % {"count": n}`."""

    name: str
    label: str | Promise
    action_label: str | Promise
    start: CandidateState
    done: Any
    run: Callable[[Candidate, Any], Article | None]


def _move(start: CandidateState, to: CandidateState) -> Callable[[Candidate, Any], None]:
    return lambda candidate, _user: inbox.move(candidate, start, to)


DECISIONS = (
    Decision(
        name="take",
        label=gettext_lazy("Take as a draft"),
        action_label=gettext_lazy("Take selected as drafts"),
        start=CandidateState.WAITING,
        done=ngettext_lazy(
            "%(count)d candidate taken; a new draft is assigned to you.",
            "%(count)d candidates taken; new drafts are assigned to you.",
            "count",
        ),
        run=lambda candidate, user: inbox.take(candidate, by=user),
    ),
    Decision(
        name="dismiss",
        label=gettext_lazy("Dismiss"),
        action_label=gettext_lazy("Dismiss selected"),
        start=CandidateState.WAITING,
        done=ngettext_lazy("%(count)d candidate dismissed.", "%(count)d candidates dismissed.", "count"),
        run=_move(CandidateState.WAITING, CandidateState.DISMISSED),
    ),
    Decision(
        name="put_back",
        label=gettext_lazy("Put back"),
        action_label=gettext_lazy("Put selected back into the queue"),
        start=CandidateState.DISMISSED,
        done=ngettext_lazy("%(count)d candidate waits again.", "%(count)d candidates wait again.", "count"),
        run=_move(CandidateState.DISMISSED, CandidateState.WAITING),
    ),
)


@admin.register(Candidate)
class CandidateAdmin(admin.ModelAdmin):
    """The queue. Candidates come from the sources and stay as they came."""

    change_form_template = "admin/archive/candidate.html"
    list_display = ("headline_shown", "source", "date", "suggested_shown", "seen_at", "state", "article_shown")
    list_filter = ("state", ("source", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("source", "article")
    list_per_page = 20
    # What waits comes first: "waiting" is the last of the states by the alphabet.
    ordering = ("-state", "-seen_at", "-pk")
    search_fields = ("headline", "address", "source__name")
    search_help_text = gettext_lazy("Headline, address or source.")
    fields = (
        *("headline", "source", "address_shown", "date", "seen_at", "state", "article_shown"),
        *("suggested_shown", "doubts_shown", "text_shown"),
    )
    readonly_fields = fields

    class Media:
        css = {"all": ["admin-archive/curation.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_decide(self, request: HttpRequest, decision: Decision) -> bool:
        """Whoever works on the queue may; to take one is to add an article."""
        user: Any = request.user
        return self.has_change_permission(request) and (decision.name != "take" or user.has_perm("archive.add_article"))

    # What is shown ----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("headline"), ordering="headline")
    def headline_shown(self, candidate: Candidate) -> str:
        return str(candidate) or _("without a headline")

    @admin.display(description=gettext_lazy("suggestions"))
    def suggested_shown(self, candidate: Candidate) -> str:
        return ", ".join(f"{kind.label}: {n}" for kind, n in inbox.suggested(candidate).items()) or "–"

    @admin.display(description=gettext_lazy("article"))
    def article_shown(self, candidate: Candidate) -> str:
        if candidate.article is None:
            return "–"
        return format_html('<a href="{}">{}</a>', _change_url(candidate.article), candidate.article)

    @admin.display(description=gettext_lazy("address"))
    def address_shown(self, candidate: Candidate) -> str:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', candidate.address) if candidate.address else "–"

    @admin.display(description=gettext_lazy("doubts"))
    def doubts_shown(self, candidate: Candidate) -> str:
        return "\n".join(map(str, Item.from_json(candidate.item).flags)) or "–"

    @admin.display(description=gettext_lazy("text"))
    def text_shown(self, candidate: Candidate) -> str:
        return Item.from_json(candidate.item).text or "–"

    # One candidate ----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        decisions = [
            path(
                f"<path:object_id>/{decision.name}/",
                self.admin_site.admin_view(partial(self.decide_view, decision=decision)),
                name=f"archive_candidate_{decision.name}",
            )
            for decision in DECISIONS
        ]
        return [*decisions, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        context |= {"show_save": False, "show_save_and_continue": False, "show_close": True}
        if obj:
            context["decisions"] = [
                (one.label, reverse(f"admin:archive_candidate_{one.name}", args=[quote(obj.pk)]))
                for one in DECISIONS
                if obj.state == one.start and self.may_decide(request, one)
            ]
        return super().render_change_form(request, context, *args, **{**kwargs, "obj": obj})

    def decide_view(self, request: HttpRequest, object_id: str, *, decision: Decision) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        candidate = self.get_object(request, unquote(object_id))
        if candidate is None:
            raise Http404
        return self.decide(request, decision, [candidate]) or HttpResponseRedirect(_queue_url())

    # Many candidates --------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        ours = {
            one.name: (partial(_decide_selected, decision=one), one.name, one.action_label)
            for one in DECISIONS
            if self.may_decide(request, one)
        }
        return {**super().get_actions(request), **ours}

    # What both share --------------------------------------------------------------------------------------------------

    def decide(self, request: HttpRequest, decision: Decision, candidates: Any) -> HttpResponse | None:
        """Decide on each by itself, and say what became of them; leads on to the draft where it is one only."""
        if not self.may_decide(request, decision):
            raise PermissionDenied
        done, problems = [], []
        for candidate in candidates:
            try:
                done.append(decision.run(candidate, request.user))
            except (ValidationError, Refused) as error:
                why = sentences(error) if isinstance(error, ValidationError) else str(error)
                text = _("“%(record)s” was left as it is: %(why)s")
                problems.append(text % {"record": candidate, "why": why})
            else:
                self.log_change(request, candidate, str(decision.done % {"count": 1}))
        if done:
            self.message_user(request, decision.done % {"count": len(done)}, messages.SUCCESS)
        warn(self, request, problems)
        [article, *others] = done or [None]
        return HttpResponseRedirect(_draft_url(article)) if article and not others and not problems else None


def _decide_selected(
    modeladmin: CandidateAdmin, request: HttpRequest, queryset: models.QuerySet, *, decision: Decision
) -> HttpResponse | None:
    return modeladmin.decide(request, decision, queryset)


def _draft_url(article: Article) -> str:
    """Where the suggestions for the draft are decided on; its form where there is no such page."""
    try:
        return reverse("admin:archive_article_suggestions", args=[quote(article.pk)])
    except NoReverseMatch:
        return _change_url(article)


def _change_url(article: Article) -> str:
    return reverse("admin:archive_article_change", args=[quote(article.pk)])


def _queue_url() -> str:
    return f"{reverse('admin:archive_candidate_changelist')}?state__exact={CandidateState.WAITING}"
