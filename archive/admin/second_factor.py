"""The second factor: the step after the password, and the pages on which one's own is set up, replaced and taken away."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django_otp.plugins.otp_static import admin as _static
from django_otp.plugins.otp_totp import admin as _totp

from archive import security
from archive.admin.logins import Limited, with_status
from archive.curation import logins, second_factor, second_step
from archive.curation.second_factor import Kind

# django-otp's own pages would show what is kept and let it be written. The import comes first: else it would register them later.
admin.site.unregister(_totp.TOTPDevice)
admin.site.unregister(_static.StaticDevice)

# What an app is to be told, until it is confirmed. The secret follows from it and SECRET_KEY: it is none itself.
_SEED = "second_factor_seed"
_secret_fields = sensitive_post_parameters("password", "code", "present")


class _Once(forms.TextInput):
    """As with passwords, what was typed does not come back with the form: a code is not typed twice."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class CodeField(forms.CharField):
    """Six digits as a phone offers and takes them; also written in two groups, and in the digits of any script."""

    def __init__(self, *, is_recovery: bool = False, is_either: bool = False, **kwargs: Any) -> None:
        shown = {
            "autocomplete": "off" if is_recovery else "one-time-code",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        if not is_recovery and not is_either:
            shown |= {"inputmode": "numeric", "size": "10"}
        kwargs.setdefault("label", gettext_lazy("Recovery code") if is_recovery else gettext_lazy("Code"))
        super().__init__(max_length=40, widget=_Once(attrs=shown), **kwargs)


class FactorForm(Limited, forms.Form):
    """A form that tries passwords or codes of somebody."""

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request, self._user = request, user

    def try_code(self, given: str) -> Kind:
        """Raises ValidationError where it is wrong or has to wait."""
        # Recovery codes can't be guessed at: who guesses at the app's codes does not keep the owner from using one.
        limit = "login-code" if second_factor.is_for_app(given) else ""
        tried = self.begin(self._request, self._user.get_username(), limit)
        found = second_factor.verify(self._request, self._user, given)
        if found is None:
            raise ValidationError(
                _("This code is not right, or was used already. Take the one that the app shows now."), code="wrong"
            )
        logins.succeeded(tried)
        return found

    def try_password(self, given: str) -> None:
        tried = self.begin(self._request, self._user.get_username())
        if not self._user.check_password(given):
            security.tell("login-failed", self._request, account=self._user.pk)
            raise ValidationError(_("Your password is not right."), code="wrong")
        logins.succeeded(tried)


class _PasswordField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        shown = {"autocomplete": "current-password"}
        super().__init__(
            label=gettext_lazy("Your password"),
            strip=False,
            max_length=4096,
            widget=forms.PasswordInput(shown),
            **kwargs,
        )


class StepForm(FactorForm):
    """The second step of logging in. `kind`: what the code was."""

    kind: Kind | None = None

    def __init__(self, *args: Any, is_recovery: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(is_recovery=is_recovery)
        self.fields["code"].widget.attrs["autofocus"] = True

    @sensitive_variables()
    def clean_code(self) -> str:
        self.kind = self.try_code(self.cleaned_data["code"])
        return ""


class ConfirmForm(FactorForm):
    """That it is the owner who changes it: an open session is not enough."""

    password = _PasswordField()
    present = CodeField(
        is_either=True, label=gettext_lazy("Code"), help_text=gettext_lazy("Of your app, or a recovery code.")
    )

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, attempt in (("password", self.try_password), ("present", self.try_code)):
            # One after the other: no code is used up for nothing.
            if not self.errors and name in self.fields:
                try:
                    attempt(cleaned[name])
                except ValidationError as error:
                    self.add_error(name, error)
        return {}


class SetUpForm(ConfirmForm):
    """A code of the new app; and, where somebody is logged in already, what shows that it is the owner."""

    code = CodeField(label=gettext_lazy("Code that the app shows"))
    field_order = ("code", "password", "present")

    def __init__(self, *args: Any, seed: str, is_logged_in: bool, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].label = _("Code until now")
        self.fields["present"].help_text = _("Of the app that is replaced, or a recovery code.")
        self._seed = seed
        if is_first:
            del self.fields["present"]
        if not is_logged_in:
            # The password was given a moment ago.
            del self.fields["password"]

    @sensitive_variables()
    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not second_factor.fits(self._seed, code):
            raise ValidationError(
                _("This is not what the app should show. Check the clock of the phone, and scan the picture again."),
                code="wrong",
            )
        return code

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        code = self.cleaned_data.get("code", "")
        return {**super().clean(), "code": code}


# Logging in -------------------------------------------------------------------------------------------------------------


@never_cache
@csrf_protect
@_secret_fields
def ask(request: HttpRequest) -> HttpResponse:
    """The step after the password."""
    pending = second_step.pending(request)
    if pending is None:
        return redirect_to_login(reverse("admin:index"), reverse("admin:login"))
    if pending.is_to_set_up:
        return redirect("second-factor-set-up")
    is_recovery = "recovery" in request.GET
    form = StepForm(request.POST or None, request=request, user=pending.user, is_recovery=is_recovery)
    if form.is_valid():
        second_step.complete(request, pending.user, pending.number)
        if form.kind is Kind.RECOVERY:
            messages.warning(request, _codes_left(pending.user))
        # No name of a view: "foo" is an address, too.
        return HttpResponseRedirect(pending.next_url)
    context = {"form": form, "is_recovery": is_recovery, "title": _("Second step")}
    return with_status(_page(request, "admin/second_factor/step.html", context))


def _codes_left(user: User) -> str:
    standing = second_factor.standing_of(user)
    left = standing.codes if standing else 0
    text = ngettext(
        "You logged in with a recovery code; %(n)d is left. If you have lost the app, replace it under “Second factor”.",
        "You logged in with a recovery code; %(n)d are left. If you have lost the app, replace it under “Second factor”.",
        left,
    )
    return text % {"n": left}


# One's own --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose second factor it is; `pending` while only the password was given."""

    user: User
    pending: second_step.Pending | None


def _owner(request: HttpRequest) -> _Owner | None:
    if admin.site.has_permission(request):
        return _Owner(request.user, None)  # type: ignore[arg-type]
    pending = second_step.pending(request)
    return _Owner(pending.user, pending) if pending and pending.is_to_set_up else None


def show(request: HttpRequest) -> HttpResponse:
    """Whether there is one, and what can be done."""
    user: User = request.user  # type: ignore[assignment]
    context = {
        "standing": second_factor.standing_of(user),
        "is_required": second_factor.is_required(user),
        "all_codes": second_factor.RECOVERY_CODES,
        "title": _("Second factor"),
    }
    return _page(request, "admin/second_factor/show.html", context)


@never_cache
@csrf_protect
@_secret_fields
def set_up(request: HttpRequest) -> HttpResponse:
    """The first app, or another in its place. Who has to have one and lacks it comes here from the password, and nowhere else."""
    owner = _owner(request)
    if owner is None:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    seed = request.session.setdefault(_SEED, second_factor.new_seed())
    is_first = not second_factor.number_of(owner.user.pk)
    is_logged_in = owner.pending is None
    form = SetUpForm(
        request.POST or None, request=request, user=owner.user, seed=seed, is_logged_in=is_logged_in, is_first=is_first
    )
    if form.is_valid():
        with transaction.atomic():
            codes = second_factor.set_up(request, owner.user, seed, form.cleaned_data["code"])
            if codes:
                del request.session[_SEED]
                second_step.complete(request, owner.user, second_factor.number_of(owner.user.pk))
        if codes:
            return _shown_once(request, codes, owner.pending.next_url if owner.pending else reverse("second-factor"))
        form.add_error("code", _("The code is not good any more. Take the one that the app shows now."))
    context = {
        "form": form,
        "picture": segno.make(second_factor.address_of(seed, owner.user), error="l", micro=False).svg_data_uri(
            light="#fff"
        ),
        "secret": " ".join(_in_fours(second_factor.secret_of(seed))),
        "is_first": is_first,
        "is_pending": not is_logged_in,
        "is_nav_sidebar_enabled": is_logged_in,
        "title": _("Set up a second factor") if is_first else _("Replace the app"),
    }
    return with_status(_page(request, "admin/second_factor/set_up.html", context))


def _in_fours(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


@_secret_fields
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes."""
    user: User = request.user  # type: ignore[assignment]
    if not second_factor.number_of(user.pk):
        return redirect("second-factor")
    form = ConfirmForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        return _shown_once(request, second_factor.replace_recovery_codes(user), reverse("second-factor"))
    context = {
        "form": form,
        "title": _("New recovery codes"),
        "text": _("You get ten new ones. Those that you have are no good any more."),
        "button": _("Make new recovery codes"),
    }
    return with_status(_page(request, "admin/second_factor/confirm.html", context))


@_secret_fields
def switch_off(request: HttpRequest) -> HttpResponse:
    """Only the password again."""
    user: User = request.user  # type: ignore[assignment]
    if not second_factor.number_of(user.pk):
        return redirect("second-factor")
    if second_factor.is_required(user):
        messages.error(request, _("Your account has to have a second factor. You can replace the app."))
        return redirect("second-factor")
    form = ConfirmForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        with transaction.atomic():
            second_factor.remove(user, request)
            second_step.complete(request, user, number=0)
        messages.success(request, _("The second factor is switched off. You log in with the password alone."))
        return redirect("second-factor")
    context = {
        "form": form,
        "title": _("Switch the second factor off"),
        "text": _("Afterwards whoever knows your password can log in. The recovery codes are deleted, too."),
        "button": _("Switch off"),
        "is_dangerous": True,
    }
    return with_status(_page(request, "admin/second_factor/confirm.html", context))


def _shown_once(request: HttpRequest, codes: tuple[str, ...], next_url: str) -> HttpResponse:
    """The answer to the form itself: nothing keeps them in the clear, not even until the next page."""
    heading = _("Recovery codes of %(name)s, each good once") % {"name": request.user.get_username()}
    text = "\n".join((heading, "", *codes, ""))
    context = {
        "codes": codes,
        "file": f"data:text/plain;charset=utf-8,{quote(text)}",
        "next_url": next_url,
        "title": _("Recovery codes"),
    }
    return _page(request, "admin/second_factor/codes.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
