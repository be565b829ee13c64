"""Logging in, and changing one's own password: wherever a password is asked for, how often it may be tried is limited."""

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from archive import security
from archive.curation import logins, second_step

R = TypeVar("R", bound=HttpResponseBase)


class Limited:
    """A form that tries passwords or codes. `wait`: seconds until it may try again."""

    wait = 0

    def begin(self, request: HttpRequest, username: str, limit: str = "login-account") -> logins.Attempt:
        """Raises ValidationError where it has to wait."""
        tried = logins.attempt(request, username, limit)
        self.wait = tried.wait
        if self.wait:
            minutes = -(-self.wait // 60)
            if limit == "login-account":
                text = ngettext(
                    "Too many wrong passwords. Try again in %(n)d minute.",
                    "Too many wrong passwords. Try again in %(n)d minutes.",
                    minutes,
                )
            else:
                text = ngettext(
                    "Too many wrong codes. Try again in %(n)d minute.",
                    "Too many wrong codes. Try again in %(n)d minutes.",
                    minutes,
                )
            raise ValidationError(text % {"n": minutes}, code="throttled")
        return tried


class LoginForm(Limited, AdminAuthenticationForm):
    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return super().clean()
        assert self.request is not None
        tried = self.begin(self.request, username)
        cleaned = super().clean()
        logins.succeeded(tried)
        return cleaned


class OwnPasswordForm(Limited, AdminPasswordChangeForm):
    """Whoever finds an open session must not guess the password there."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    @sensitive_variables()
    def clean_old_password(self) -> str:
        tried = self.begin(self._request, self.user.get_username())
        try:
            password = super().clean_old_password()
        except ValidationError:
            security.tell("login-failed", self._request, account=self.user.pk)
            raise
        logins.succeeded(tried)
        return password


class _OwnPassword(PasswordChangeView):
    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **admin.site.each_context(self.request)}


class _LogIn(LoginView):
    """Django's for the admin (`AdminSite.login`), but for whom a password is not enough: he is not logged in yet."""

    form_class = LoginForm
    template_name = "admin/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not second_step.is_needed(user):
            return super().form_valid(form)
        second_step.begin(self.request, user, self.get_success_url())
        return redirect("second-step")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**super().get_context_data(**kwargs), **admin.site.each_context(self.request)}
        return {**context, "title": _("Log in"), "app_path": self.request.get_full_path()}


def log_in(request: HttpRequest) -> HttpResponseBase:
    """With 429 and Retry-After where a password was not looked at."""
    if request.method == "GET" and admin.site.has_permission(request):
        return redirect("admin:index")
    return with_status(_LogIn.as_view()(request))


def change_password(request: HttpRequest) -> HttpResponseBase:
    """The admin's for one's own password, as above."""
    return with_status(_OwnPassword.as_view()(request))


def with_status(response: R) -> R:
    """429 and Retry-After where the form of the page has to wait."""
    wait = getattr((getattr(response, "context_data", None) or {}).get("form"), "wait", 0)
    if wait and isinstance(response, TemplateResponse):
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response
