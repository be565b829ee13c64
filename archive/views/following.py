"""“Follow this search”: a form for one's address, and the links of the e-mails that answer it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from archive import ratelimit
from archive.models import Alert, Change
from archive.search import IndexUnusable, SearchError
from archive.views import digests
from archive.views.digests import Wish
from archive.views.errors import show_error, uncached
from archive.views.followed import Followed, NotFollowed, followed

# So many pages a day one address is asked to confirm, each once.
_A_DAY = 5
_DAY = timedelta(days=1)


class FollowForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("Used for this alone, shown to nobody, and deleted as soon as you stop."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[("daily", gettext_lazy("every day")), ("weekly", gettext_lazy("every week"))],
        initial="daily",
        help_text=gettext_lazy("Only when there is something new."),
    )
    # People don't see it; programs that fill in every field do.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": -1, "autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        """Django takes any letter in the name of a host; an e-mail can be sent to what the domain name system knows."""
        email: str = self.cleaned_data["email"]
        try:
            email.rpartition("@")[2].encode("idna")
        except UnicodeError:
            raise ValidationError(EmailValidator.message, code="invalid") from None
        return email


def follow(request: HttpRequest) -> HttpResponse:
    """The form for the result page that `?of=` has the address of. Nobody learns whether an address follows something."""
    if not settings.SENDS_MAIL:
        raise Http404
    try:
        page = followed(request.GET.get("of", ""))
    except NotFollowed as error:
        return show_error(request, 400, _("This page can't be followed"), str(error))
    except IndexUnusable:
        return show_error(
            request,
            503,
            _("This page can't be followed"),
            _("The search is out of order at the moment; browsing works as usual."),
        )
    form = FollowForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _form(request, page, form)
    if not form.is_valid():
        return _form(request, page, form, status=400)
    if not form.cleaned_data["website"]:
        if seconds := ratelimit.wait(request, "alerts"):
            return _form(request, page, form, status=429, wait=seconds)
        if not _ask(page, form.cleaned_data["email"], form.cleaned_data["frequency"]):
            return _form(request, page, form, status=503, is_unsent=True)
    return HttpResponseRedirect(reverse("archive:follow-sent"))


def _ask(page: Followed, email: str, frequency: str) -> bool:
    """Send an e-mail that asks for confirmation, unless the address had enough of them; False where that failed."""
    now, language = timezone.now(), get_language() or settings.LANGUAGE_CODE
    known = Alert.objects.filter(email__iexact=email)
    alert = known.filter(fingerprint=page.fingerprint).first()
    if known.filter(asked_at__gt=now - _DAY).count() >= _A_DAY:
        return True
    if alert is None:
        alert, is_new = Alert.objects.get_or_create(
            email=email,
            fingerprint=page.fingerprint,
            defaults={
                "page": page.page, "query": page.query, "language": language, "frequency": frequency, "asked_at": now
            },
        )  # fmt: skip
    else:
        # Of two requests at once one moves it on.
        is_new = bool(known.filter(pk=alert.pk, asked_at__lte=now - _DAY).update(asked_at=now))
    if not is_new or digests.ask(alert, Wish(alert.pk, frequency, language)):
        return True
    # So that it can be tried again at once.
    if known.filter(pk=alert.pk, confirmed_at=None).delete()[0] == 0:
        known.filter(pk=alert.pk).update(asked_at=alert.asked_at)
    return False


def sent(request: HttpRequest) -> HttpResponse:
    return uncached(render(request, "archive/follow_sent.html"))


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the e-mail that asks leads. A button, since programs that look through e-mails open every link."""
    wish = digests.confirmed(token)
    alert = Alert.objects.filter(pk=wish.alert).first() if wish else None
    if wish is None or alert is None:
        message = _("It is older than three days, or not whole. Ask again from the page that you want to follow.")
        return show_error(request, 404, _("This link is not valid"), message)
    if request.method == "POST":
        new = {"frequency": wish.frequency, "language": wish.language, "failures": 0}
        if alert.confirmed_at is None:
            now = timezone.now()
            new |= {"confirmed_at": now, "checked_at": now, "last_change": Change.objects.last_number()}
        Alert.objects.filter(pk=alert.pk).update(**new)
    return _about(request, alert, "archive/follow_confirm.html", stop=digests.farewell(alert))


@csrf_exempt  # programs that end it for their reader have no cookie; the token says who may
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Where every e-mail leads who wants no more. POST ends it at once (RFC 8058), and deletes the address."""
    key = digests.parted(token)
    if key is None:
        message = _("It is not whole: copy all of it from the e-mail.")
        return show_error(request, 404, _("This link is not valid"), message)
    alert = Alert.objects.filter(pk=key).first()
    if request.method == "POST":
        Alert.objects.filter(pk=key).delete()
        alert = None
    return _about(request, alert, "archive/follow_stop.html")


def _about(request: HttpRequest, alert: Alert | None, template: str, **context: Any) -> HttpResponse:
    """A page about an alert that need not be there any more, nor what it follows."""
    words = ""
    if alert is not None:
        try:
            words = Followed(alert.page, alert.query).words()
        except (NotFollowed, SearchError):
            words = alert.query
    done = request.method == "POST"
    return uncached(render(request, template, {"words": words, "done": done, "is_there": alert is not None, **context}))


def _form(
    request: HttpRequest, page: Followed, form: FollowForm, *, status: int = 200, wait: int = 0, is_unsent: bool = False
) -> HttpResponse:
    """The form, with what was typed into it; `wait`: seconds until it is taken."""
    refusal = ""
    if wait:
        minutes = -(-wait // 60)
        refusal = ngettext(
            "That were many requests from your address. Send this one again in %(n)d minute.",
            "That were many requests from your address. Send this one again in %(n)d minutes.",
            minutes,
        ) % {"n": minutes}
    elif is_unsent:
        refusal = _("The e-mail could not be sent. Please try again later.")
    context = {"words": page.words(), "back": page.path, "form": form, "refusal": refusal}
    response = uncached(render(request, "archive/follow.html", context, status=status))
    if wait:
        response["Retry-After"] = str(wait)
    return response
