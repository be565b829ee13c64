"""Who may do what: the three roles in the admin, and what nobody may."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse

from archive.curation.roles import Role, permissions_of
from archive.models import Article, CountryStatus, Coverage, Event, Redirect
from tests import factories
from tests.admin.forms import filled_form

ROLES = ["curator", "editor", "administrator"]
CHANGE = "admin:archive_article_change"

ADDRESSES = {
    "list of articles": lambda: reverse("admin:archive_article_changelist"),
    "new article": lambda: reverse("admin:archive_article_add"),
    "change log": lambda: reverse("admin:archive_change_changelist"),
    "new city": lambda: reverse("admin:archive_city_add"),
    "new redirect": lambda: reverse("admin:archive_redirect_add"),
    "users": lambda: reverse("admin:auth_user_changelist"),
    "new user": lambda: reverse("admin:auth_user_add"),
    "groups": lambda: reverse("admin:auth_group_changelist"),
    "new change": lambda: reverse("admin:archive_change_add"),
}
OPEN_TO = {
    "list of articles": {"curator", "editor", "administrator", "superuser"},
    "new article": {"curator", "editor", "administrator", "superuser"},
    "change log": {"curator", "editor", "administrator", "superuser"},
    "new city": {"curator", "editor", "administrator", "superuser"},
    "new redirect": {"editor", "administrator", "superuser"},
    "users": {"administrator", "superuser"},
    "new user": {"administrator", "superuser"},
    "groups": {"administrator", "superuser"},
    "new change": set(),
}


@pytest.mark.parametrize("page", ADDRESSES)
@pytest.mark.parametrize("role", [*ROLES, "superuser"])
def test_pages_open_to_roles(role: str, page: str, logged_in: Any) -> None:
    expected = 200 if role in OPEN_TO[page] else 403
    assert logged_in(role).get(ADDRESSES[page]()).status_code == expected


# Who may change the headline of an article that stands at that status.
CHANGES = {
    "draft": {"curator", "editor", "administrator"},
    "in-review": {"curator", "editor", "administrator"},
    "published": {"editor", "administrator"},
    "withdrawn": {"editor", "administrator"},
}


@pytest.mark.parametrize("status", CHANGES)
@pytest.mark.parametrize("role", ROLES)
def test_who_changes_what(role: str, status: str, logged_in: Any) -> None:
    client = logged_in(role)
    article = factories.make_article(status=status)
    address = reverse(CHANGE, args=[article.pk])
    form = filled_form(client, address)
    allowed = role in CHANGES[status]
    assert ("headline" in form) is allowed
    form = {**form, "headline": "Changed", "_why": "a typo"} if allowed else {"headline": "Changed"}
    assert client.post(address, form).status_code == (302 if allowed else 403)
    article.refresh_from_db()
    assert (article.headline == "Changed") is allowed
    assert article.status == status


@pytest.mark.parametrize("role", ROLES)
def test_a_new_record_is_a_draft_whatever_is_posted(role: str, logged_in: Any) -> None:
    client = logged_in(role)
    address = reverse("admin:archive_article_add")
    form = {**filled_form(client, address), "headline": "New", "slug": "new", "status": "published"}
    assert client.post(address, form).status_code == 302
    assert Article.objects.get(slug="new").status == "draft"


@pytest.mark.parametrize("role", ROLES)
def test_published_rows_are_closed_to_curators(role: str, logged_in: Any) -> None:
    """By the row's own page neither: a delegation of a published event is public."""
    client = logged_in(role)
    public, draft = factories.make_delegation(), factories.make_delegation(event=factories.make_event(status="draft"))
    answers = [
        client.post(reverse("admin:archive_delegation_delete", args=[row.pk]), {"post": "yes"}).status_code
        for row in (public, draft)
    ]
    assert answers == ([403, 302] if role == "curator" else [302, 302])
    assert client.get(reverse("admin:archive_delegation_add")).status_code == (403 if role == "curator" else 200)


def test_a_curator_adds_rows_to_a_draft(logged_in: Any) -> None:
    client = logged_in("curator")
    article, event = factories.make_article(status="draft"), factories.make_event()
    address = reverse(CHANGE, args=[article.pk])
    form = filled_form(client, address)
    form |= {"coverages-TOTAL_FORMS": "1", "coverages-0-event": event.pk, "coverages-0-relation": "previews"}
    assert client.post(address, form).status_code == 302
    assert Coverage.objects.get().event == event
    form = filled_form(client, address) | {"coverages-0-DELETE": "on"}
    assert client.post(address, form).status_code == 302
    assert not Coverage.objects.exists()


def test_shared_records_are_changed_by_editors(logged_in: Any) -> None:
    status = factories.make_country_status()
    city = factories.make_city()
    for role, expected in (("curator", 403), ("editor", 302)):
        client = logged_in(role)
        address = reverse("admin:archive_city_change", args=[city.pk])
        form = {**filled_form(client, address), "note": role}
        assert client.post(address, form).status_code == expected
        address = reverse("admin:archive_countrystatus_delete", args=[status.pk])
        assert client.post(address, {"post": "yes"}).status_code == expected
    city.refresh_from_db()
    assert city.note == "editor"
    assert not CountryStatus.objects.exists()


# Deletion -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*ROLES, "superuser"])
@pytest.mark.parametrize("status", ["published", "withdrawn"])
def test_what_was_public_is_deleted_by_superusers_only(role: str, status: str, logged_in: Any) -> None:
    client = logged_in(role)
    article = factories.make_article(status=status)
    address = reverse("admin:archive_article_delete", args=[article.pk])
    page = client.get(address)
    client.post(address, {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [article.pk], "post": "yes"}
    listed = client.post(reverse("admin:archive_article_changelist"), chosen)
    assert Article.objects.exists() is (role != "superuser")
    if role == "superuser":
        assert Redirect.objects.get(old_slug=article.slug).new_slug == ""
    else:
        assert b"withdraw it instead" in listed.content
        assert page.status_code == 403 if role == "curator" else b"withdraw it instead" in page.content


@pytest.mark.parametrize("role", ROLES)
def test_drafts_can_be_deleted(role: str, logged_in: Any) -> None:
    client = logged_in(role)
    event = factories.make_event(status="draft")
    factories.make_attendance(event=event)
    factories.make_coverage(event=event)
    assert client.post(reverse("admin:archive_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()


def test_what_is_referred_to_is_kept(logged_in: Any) -> None:
    client = logged_in("editor")
    topic = factories.make_topic()
    factories.make_article(topics=[topic])
    city = factories.make_city()
    factories.make_event(city=city)
    for name, record in (("topic", topic), ("city", city)):
        address = reverse(f"admin:archive_{name}_delete", args=[record.pk])
        assert b"be deleted:" in client.get(address).content
        client.post(address, {"post": "yes"})
        assert type(record).objects.filter(pk=record.pk).exists()


def test_the_log_is_read_only_even_for_superusers(logged_in: Any) -> None:
    client = logged_in("superuser")
    factories.make_topic()
    assert client.post(reverse("admin:archive_change_delete", args=[1]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:archive_change_change", args=[1]), {"why": "x"}).status_code == 403


# Accounts -------------------------------------------------------------------------------------------------------------


def test_an_administrator_can_become_no_superuser(logged_in: Any) -> None:
    client = logged_in("administrator")
    own = User.objects.get(username="a-administrator")
    root = User.objects.create_superuser("root", password="of the root")
    address = reverse("admin:auth_user_change", args=[own.pk])
    assert client.post(address, {**filled_form(client, address), "is_superuser": "on"}).status_code == 302
    own.refresh_from_db()
    assert not own.is_superuser
    assert own.is_staff
    new = {"username": "new", "password1": "xk-29-dd-wq-5t", "password2": "xk-29-dd-wq-5t", "usable_password": "true"}
    assert client.post(reverse("admin:auth_user_add"), {**new, "is_superuser": "on"}).status_code == 302
    assert not User.objects.get(username="new").is_superuser
    for page in ("auth_user_change", "auth_user_password_change"):
        answer = client.post(reverse(f"admin:{page}", args=[root.pk]), {"password1": "x", "password2": "x"})
        assert answer.status_code == 403
    root.refresh_from_db()
    assert root.check_password("of the root")


def test_a_role_opens_the_admin_and_losing_it_closes_it(logged_in: Any) -> None:
    client = logged_in("administrator")
    user = User.objects.create_user("somebody")
    address = reverse("admin:auth_user_change", args=[user.pk])
    for groups, is_staff in (([Group.objects.get(name="curator").pk], True), ([], False)):
        assert client.post(address, {**filled_form(client, address), "groups": groups}).status_code == 302
        user.refresh_from_db()
        assert user.is_staff is is_staff


def test_nobody_deletes_accounts(logged_in: Any) -> None:
    user = User.objects.create_user("somebody")
    for role in ("administrator", "superuser"):
        answer = logged_in(role).post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
        assert answer.status_code == 403


def test_groups_of_roles_are_as_the_code_has_them(logged_in: Any) -> None:
    group = Group.objects.get(name="curator")
    group.permissions.clear()
    call_command("migrate", verbosity=0)
    for role in Role:
        granted = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        assert set(granted) == set(permissions_of(role))
    client = logged_in("administrator")
    assert client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "x"}).status_code == 403
    assert client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"}).status_code == 403
