"""The suggestions for an article beside its text: looked through, accepted or rejected, and published in one go."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive.admin.forms import sentences
from archive.admin.review import STEPS, ReviewedAdmin, Step
from archive.curation.duplicates import find_duplicates
from archive.curation.suggestions import Draft, Kind, Place, Suggestion, Suggestions, accept, reject, suggest_links
from archive.models import Article, Change, City, Country, Status, recording
from archive.models.article import CoverageRelation
from archive.models.base import DateBasis

# From here on a suggestion is preselected. Of those of the two measured sets of texts (tests/suggestions/measure.py) 886 of 890
# were right, below it 96 of 109 (22 November 2026).
CONFIDENT = 0.7
# What else can be written on the page, so that a draft needs no other.
_FIELDS = ("headline", "headline_supplied", "url", "abstract")
# So many words that led to a suggestion are shown beside it; all are marked in the text.
_WORDS = 4


def suggestions_url(article: Article) -> str:
    return reverse("admin:archive_article_suggestions", args=[quote(article.pk)])


@dataclass(frozen=True, slots=True)
class Way:
    """A button under the suggestions: which of them it accepts, and the step that the article takes then."""

    name: str
    label: str | Promise
    takes_all: bool = False
    step: Step | None = None


_STEP = {step.name: step for step in STEPS}
# The first is what the Enter key does.
WAYS = (
    Way("selected", gettext_lazy("Accept selected")),
    Way("all", gettext_lazy("Accept all"), takes_all=True),
    Way("review", gettext_lazy("Accept and send to review"), step=_STEP["review"]),
    Way("publish", gettext_lazy("Accept and publish"), step=_STEP["publish"]),
)


# The text with its marks ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a passage. One with a number is marked, and `about` says what it led to."""

    text: str
    number: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the draft: its headline, its text, …"""

    label: str
    fragments: tuple[Fragment, ...]


Span = tuple[Place, int, int]


def marked(draft: Draft, suggestions: Iterable[Suggestion]) -> tuple[list[Passage], dict[Span, int]]:
    """The draft in fragments, and for the words of each evidence the number of the mark that they stand in.

    Words that overlap share a mark; so the marks never nest.
    """
    about: dict[Span, list[str]] = {}
    for one in suggestions:
        for words in one.evidence:
            about.setdefault((words.place, words.start, words.end), []).append(one.label)
    passages: list[Passage] = []
    numbers: dict[Span, int] = {}
    number = 0
    for place in Place:
        text = getattr(draft, place)
        if not text:
            continue
        fragments: list[Fragment] = []
        end = 0
        for group in _overlapping(sorted(span for span in about if span[0] == place and span[1] < span[2])):
            number += 1
            numbers |= dict.fromkeys(group, number)
            first, last = group[0][1], max(span[2] for span in group)
            labels = dict.fromkeys(label for span in group for label in about[span])
            fragments += [Fragment(text[end:first]), Fragment(text[first:last], number, "; ".join(labels))]
            end = last
        passages.append(Passage(str(place.label), (*fragments, Fragment(text[end:]))))
    return passages, numbers


def _overlapping(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans in groups, those that overlap in one; they come sorted, of one place."""
    groups: list[list[Span]] = []
    end = -1
    for span in spans:
        if span[1] < end:
            groups[-1].append(span)
        else:
            groups.append([span])
        end = max(end, span[2])
    return groups


# The suggestions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A suggestion as the form shows it; `words` are those that led to it, each with the number of its mark."""

    name: str
    suggestion: Suggestion
    details: str
    words: tuple[tuple[str, int], ...]
    is_chosen: bool

    @property
    def percent(self) -> int:
        return round(100 * self.suggestion.confidence)


def name_of(suggestion: Suggestion) -> str:
    """How a form calls it. On one line: browsers write line breaks as they like."""
    return " ".join(f"{suggestion.kind}:{suggestion.key}".split())


def rows(
    found: Suggestions, numbers: Mapping[Span, int], chosen: Collection[str]
) -> list[tuple[str | Promise, list[Row]]]:
    """The suggestions by kind. Two queries at most, for the names of host cities and countries."""
    cities = _names(City, "slug", {one.prefill.get("city", "") for one in found.of(Kind.EVENT)})
    countries = _names(Country, "iso2", {one.prefill.get("country", "") for one in found.of(Kind.NEW_PARTICIPANT)})
    return [
        (
            kind.label,
            [
                Row(name_of(one), one, _details(one, cities, countries), _words(one, numbers), name_of(one) in chosen)
                for one in group
            ],
        )
        for kind, group in found.groups
    ]


def _names(model: Any, field: str, keys: set[str]) -> dict[str, str]:
    keys.discard("")
    return dict(model.objects.filter(**{f"{field}__in": keys}).values_list(field, "name")) if keys else {}


def _details(one: Suggestion, cities: Mapping[str, str], countries: Mapping[str, str]) -> str:
    """What else accepting it writes, or what helps to decide."""
    filled = one.prefill
    parts: dict[Kind, tuple[Any, ...]] = {
        Kind.EVENT: (_label(CoverageRelation, filled.get("relation")), cities.get(filled.get("city", ""))),
        Kind.DATE: (_label(DateBasis, filled.get("basis")), filled.get("note")),
        Kind.NEW_PARTICIPANT: (filled.get("title"), countries.get(filled.get("country", ""))),
    }
    return " · ".join(str(part) for part in parts.get(one.kind, ()) if part)


def _label(choices: Any, value: str | None) -> Any:
    return choices(value).label if value in choices.values else ""


def _words(one: Suggestion, numbers: Mapping[Span, int]) -> tuple[tuple[str, int], ...]:
    """Each wording once, at its first place."""
    found: dict[str, tuple[str, int]] = {}
    for words in one.evidence:
        number = numbers.get((words.place, words.start, words.end), 0)
        if number:
            found.setdefault(words.text.casefold(), (words.text, number))
    return tuple(found.values())[:_WORDS]


# The page -------------------------------------------------------------------------------------------------------------


class Suggesting(ReviewedAdmin):
    """Adds the page “Suggestions” to the admin of articles."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggestions_view)
        page = path("<path:object_id>/suggestions/", view, name="archive_article_suggestions")
        return [page, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj:
            context["suggestions_url"] = suggestions_url(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def suggestions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page; POST writes what was chosen, or rejects one. What can't be written is said, and nothing is lost."""
        article = self.get_object(request, unquote(object_id))
        if article is None:
            raise Http404
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        found = suggest_links(article)
        form = self._form(request, article)
        if request.method != "POST":
            sure = {name_of(one) for one in found if one.confidence >= CONFIDENT}
            return self._show(request, article, found, form, sure)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        chosen = set(request.POST.getlist("accept"))
        if name := request.POST.get("reject"):
            found = self._reject(request, article, found, name)
        elif answer := self._accept(request, article, found, form, chosen):
            return answer
        # The form may have written into the article what the page then would show as if it were saved.
        article.refresh_from_db()
        return self._show(request, article, found, form, chosen)

    def _form(self, request: HttpRequest, article: Article) -> Any:
        form_class = self.get_form(request, article, change=True, fields=_FIELDS)
        form = form_class(request.POST if request.method == "POST" else None, instance=article)
        if "abstract" in form.fields:
            form.fields["abstract"].widget.attrs["rows"] = 5
        for field in form.fields.values():
            # What somebody else wrote meanwhile is not undone by who left it as it was.
            field.show_hidden_initial = True
        return form

    def _reject(self, request: HttpRequest, article: Article, found: Suggestions, name: str) -> Suggestions:
        """What is left without the one of that name."""
        for one in (one for one in found if name_of(one) == name):
            reject(article, one, by=request.user.get_username())
            text = _("“%(label)s” is not suggested for this article any more.") % {"label": one.label}
            self.message_user(request, text, messages.SUCCESS)
        return Suggestions(tuple(one for one in found if name_of(one) != name))

    def _accept(
        self, request: HttpRequest, article: Article, found: Suggestions, form: Any, chosen: Collection[str]
    ) -> HttpResponse | None:
        """Write all of it or nothing; None where something is wrong, which the form then says."""
        way = next((one for one in WAYS if one.name == request.POST.get("way")), WAYS[0])
        if way.step and not self.may_take(request, way.step, article):
            raise PermissionDenied
        accepted = [one for one in found if way.takes_all or name_of(one) in chosen]
        if not form.is_valid():
            return None
        try:
            fresh = _write(article.pk, form, accepted, way.step, by=request.user.get_username())
        except ValidationError as error:
            form.add_error(None, sentences(error))
            return None
        except ObjectDoesNotExist:
            form.add_error(None, _("A record that was suggested was deleted meanwhile: look through them again."))
            return None
        self._say(request, fresh, len(accepted), way.step)
        change_url = self._url("change", fresh)
        return HttpResponseRedirect(change_url if way.step else request.path)

    def _say(self, request: HttpRequest, article: Article, count: int, step: Step | None) -> None:
        text = ngettext("Saved; %(n)d suggestion accepted.", "Saved; %(n)d suggestions accepted.", count) % {"n": count}
        self.message_user(request, text, messages.SUCCESS)
        self.log_change(request, article, " ".join(filter(None, [text, str(step.done % {"count": 1}) if step else ""])))
        if not step:
            return
        done = str(step.done % {"count": 1})
        link = format_html('{} <a href="{}">{}</a>', done, article.get_absolute_url(), article.shown_headline)
        self.message_user(request, link, messages.SUCCESS)
        if following := _next_draft(article):
            url = suggestions_url(following)
            link = format_html(
                '{} <a href="{}">{}</a>', _("The next draft of the same document:"), url, following.shown_headline
            )
            self.message_user(request, link, messages.INFO)

    def _show(
        self, request: HttpRequest, article: Article, found: Suggestions, form: Any, chosen: Collection[str]
    ) -> HttpResponse:
        passages, numbers = marked(Draft.of(article).within_limits(), found)
        may_change = self.has_change_permission(request, article)
        sees_duplicates = request.user.has_perm("archive.view_duplicatedecision")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Suggestions for “%(record)s”") % {"record": article},
            "opts": self.opts,
            "media": self.media,
            "article": article,
            "change_url": self._url("change", article),
            "form": form,
            "passages": passages,
            "groups": rows(found, numbers, chosen),
            "may_change": may_change,
            "ways": self._ways(request, article, found) if may_change else [],
            "likenesses": find_duplicates(article) if sees_duplicates else (),
        }
        return TemplateResponse(request, "admin/archive/suggestions.html", context)

    def _ways(self, request: HttpRequest, article: Article, found: Suggestions) -> list[Way]:
        """The buttons. Of the steps only the last that is open: whom the role lets publish needs no review before."""
        steps = [
            way
            for way in WAYS
            if way.step
            and article.first_public_at is None
            and article.status in way.step.starts
            and self.may_take(request, way.step, article)
        ]
        return [*(way for way in WAYS if not way.step and (found.all or not way.takes_all)), *steps[-1:]]


def _write(pk: int, form: Any, accepted: Collection[Suggestion], step: Step | None, *, by: str) -> Article:
    """What the user changed, the suggestions, and the step: in one transaction, on the article as it is now."""
    with transaction.atomic(), recording(by=by):
        Change.objects.lock()
        article = Article.objects.get(pk=pk)
        if form.changed_data:
            _refuse_overwriting(article, form)
            for name in form.changed_data:
                setattr(article, name, form.cleaned_data[name])
            article.save()
        accept(article, accepted, by=by)
        if step:
            step.run(article, by=by)
    return article


def _refuse_overwriting(article: Article, form: Any) -> None:
    """Raise ValidationError with what somebody else wrote since the page was shown; sent again, the form overwrites it."""
    problems = []
    for name in form.changed_data:
        field, shown_as, stored = form.fields[name], form.add_initial_prefix(name), _plain(getattr(article, name))
        shown = _plain(form.data.get(shown_as, stored))
        if field.has_changed(shown, stored) and field.has_changed(stored, _plain(form.cleaned_data[name])):
            what = {"label": form[name].label, "value": stored}
            problems.append(_("“%(label)s” was changed by somebody else meanwhile. It reads now: %(value)s") % what)
            form.data = form.data.copy()
            form.data[shown_as] = stored
    if problems:
        raise ValidationError(problems)


def _plain(value: Any) -> Any:
    """Browsers send line breaks in their own way."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _next_draft(article: Article) -> Article | None:
    """Of the same document: the first draft below the article."""
    if article.source_document_id is None or article.source_position is None:
        return None
    below = Article.objects.filter(source_document=article.source_document_id, status=Status.DRAFT)
    return below.filter(source_position__gt=article.source_position).order_by("source_position").first()
