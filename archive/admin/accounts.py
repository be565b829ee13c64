"""Accounts and their roles. Accounts are switched off, never deleted: their names stand in the log."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from archive.curation import second_factor
from archive.curation.accounts import has_role
from archive.curation.roles import Role

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ("username", "email", "roles", "has_second_factor", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "groups", "is_superuser")
    filter_horizontal = ("groups",)
    change_form_template = "admin/second_factor/account.html"
    fieldsets = (
        (None, {"fields": ("username", "password", "has_second_factor", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Roles"),
            {
                "fields": ("groups", "is_superuser"),
                "description": _(
                    "A curator drafts, an editor publishes, an administrator manages users. Whoever has a role may log "
                    "in here."
                ),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2", "groups")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        app = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).prefetch_related("groups").annotate(has_app=Exists(app))

    @admin.display(description=_("second factor"), boolean=True, ordering="has_app")
    def has_second_factor(self, user: Any) -> bool:
        return user.has_app

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("username", "has_second_factor", "last_login", "date_joined") if obj else ()
        return fixed if _is_superuser(request) else (*fixed, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators don't touch superusers: with a new password they could become one."""
        if obj is not None and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.take_second_factor)
        return [path("<int:pk>/second-factor/", view, name="auth_user_second_factor"), *super().get_urls()]

    def take_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For somebody who lost phone and codes. One's own is switched off with password and code."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user == request.user:
            return redirect("second-factor")
        page = reverse("admin:auth_user_change", args=[pk])
        if request.method == "POST":
            if second_factor.remove(user, request):
                self.log_change(request, user, "Took the second factor away.")
                text = gettext("“%(name)s” logs in with the password alone until a new second factor is set up.")
                self.message_user(request, text % {"name": user.get_username()}, messages.SUCCESS)
            return redirect(page)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "person": user,
            "standing": second_factor.standing_of(user),
            "back": page,
            "title": gettext("Take the second factor of “%(name)s” away") % {"name": user.get_username()},
        }
        return TemplateResponse(request, "admin/second_factor/take.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A role opens the admin, and losing the last one closes it."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        is_staff = user.is_superuser or has_role(user)
        if user.is_staff != is_staff:
            user.is_staff = is_staff
            user.save(update_fields=["is_staff"])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """The groups of the three roles are as the code has them; other groups are free."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_role(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_role(obj)


def _is_role(group: Group | None) -> bool:
    return group is not None and group.name in Role.values


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
