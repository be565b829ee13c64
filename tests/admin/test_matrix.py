"""Who is let in where: every address of the site for every role, by GET and by POST. An address that no row names fails."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from archive.curation.accounts import give_role
from archive.curation.roles import Role
from tests import factories
from tests.admin.test_pages import MAKERS
from tests.views import test_door

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# In the order of what they may do; each row names the first that is let in. Nobody is let in where a row says "-".
ROLES = {"*": "anonymous", "c": "curator", "e": "editor", "a": "administrator"}

# Who sees the records of a model, adds, changes, deletes them. Of those with a status: what is public; rows are a public record's.
MODELS = {
    **dict.fromkeys(("article", "event", "participant"), "ccee"),
    **dict.fromkeys(("article draft", "event draft", "participant draft"), "cccc"),
    **dict.fromkeys(("city", "country", "eventseries", "publisher", "sourcedocument", "term", "topic"), "ccee"),
    **dict.fromkeys(("attendance", "coverage", "delegation", "eventsource", "figure", "office", "reading"), "ceee"),
    **dict.fromkeys(("acceptedfinding", "correctionnote", "countrystatus", "polledsource"), "ceee"),
    **dict.fromkeys(("candidate", "tip"), "c-c-"),
    "duplicatedecision": "ccc-",
    **dict.fromkeys(("change", "fixityrun"), "c---"),
    **dict.fromkeys(("merge", "redirect"), "ce--"),
    "alert": "a---",
    "group": "aaaa",
    "user": "aaa-",
}
# The pages that each model has: who gets them, and who may send them, as places of the row above.
PAGES = {
    "changelist": (0, 0),
    "add": (1, 1),
    "change": (0, 2),
    "delete": (3, 3),
    "history": (0, 0),
    "simple_history": (0, 2),
}
# All others, by name: who gets them, and who may send them. Steps of what is public; of drafts below.
OTHERS = {
    "/admin/": "cc",
    "/admin/login/": "**",
    "/admin/password_change/": "cc",
    # Who has given a password is nobody yet, and who is logged in is past it.
    "second-step": "--",
    **{f"second-factor{page}": "cc" for page in ("", "-set-up", "-codes", "-off")},
    "index": "cc",
    "login": "**",
    "logout": "**",
    "password_change": "cc",
    "password_change_done": "cc",
    "jsi18n": "cc",
    "autocomplete": "cc",
    "view_on_site": "cc",
    "app_list": "cc",
    "/admin/(?P<url>.*)$": "cc",
    "archive_article_news": "cc",
    "archive_article_suggestions": "ce",
    "archive_article_suggestions draft": "cc",
    **{f"archive_{model}_review": "ce" for model in ("article", "event", "participant")},
    **{f"archive_{model}_review draft": "cc" for model in ("article", "event", "participant")},
    **{
        f"archive_{model}_{step}": "ee"
        for model in ("article", "event", "participant")
        for step in ("publish", "withdraw")
    },
    **{f"archive_{model}_publish draft": "ee" for model in ("article", "event", "participant")},
    **{
        f"archive_{model}_{step}": "cc"
        for model in ("article", "event", "participant")
        for step in ("assign", "release")
    },
    **{f"archive_duplicatedecision_{page}": "cc" for page in ("pairs", "of", "compare")},
    "archive_merge_merge": "ee",
    "archive_merge_undo": "ee",
    "archive_acceptedfinding_findings": "cc",
    **{f"archive_candidate_{step}": "cc" for step in ("take", "dismiss", "put_back")},
    "archive_tip_answer": "ee",
    "archive_tip_dismiss": "cc",
    "auth_user_password_change": "aa",
    "auth_user_second_factor": "aa",
}
_NAME = re.compile(r"(?:archive|auth)_([a-z]+)_(changelist|add|change|delete|history|simple_history)( draft)?")


def addresses(patterns: Any = None, before: str = "/") -> Iterator[tuple[str, str]]:
    """Name and pattern of each address of the admin."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(one.pattern)
        if not path.startswith("/admin/"):
            continue
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            # What has no name is told by its pattern; that of a model's records by the model's.
            found = re.fullmatch(r"/admin/(\w+)/(\w+)/<path:object_id>/", path)
            yield (f"{found[1]}_{found[2]}_" if found else one.name or path), path


def row(name: str) -> str | None:
    """Who gets that address, and who may send to it."""
    if name in OTHERS:
        return OTHERS[name]
    if name.endswith("_"):
        # An address without its page leads to one, whatever it is.
        return "cc" if name.split("_")[1] in MODELS else None
    found = _NAME.fullmatch(name)
    who = MODELS.get(f"{found[1]}{found[3] or ''}") if found else None
    return "".join(who[place] for place in PAGES[found[2]]) if who and found else None


def test_every_address_of_the_admin_has_a_row() -> None:
    names = {name for name, _path in addresses()}
    assert len(names) > 200
    assert {name for name in names if row(name) is None} == set()
    # And no row is of an address that there is no more.
    assert {name.removesuffix(" draft") for name in OTHERS} <= names
    assert {f"_{name.removesuffix(' draft')}_" for name in MODELS} <= {
        re.sub(r"^[a-z]+|[a-z]*$", "", name) for name in names if name.count("_") == 2
    }


@lru_cache
def named() -> dict[str, str]:
    return dict(addresses())


def made() -> dict[str, str]:
    """An address for each row, of a record that there is."""
    records = {name: make() for name, make in MAKERS.items()}
    drafts = {
        "article": factories.make_article(status="draft"),
        "event": factories.make_event(status="draft"),
        "participant": factories.make_participant(status="draft"),
    }
    other = factories.make_article()
    found = {}
    names = [*named(), *(name for name in OTHERS if name.endswith(" draft"))]
    names += [f"archive_{model}_{page} draft" for model in drafts for page in ("change", "delete", "simple_history")]
    for name in names:
        path = named()[name.removesuffix(" draft")]
        model = path.split("/")[3] if path.count("/") > 3 else ""
        record = (drafts if name.endswith(" draft") else records).get(model)
        key = str(record.pk) if record else "1"
        parts = {"object_id": key, "pk": key, "id": key, "name": "article", "one": str(other.pk)}
        parts |= {"kept": str(records["article"].pk), "merged": str(other.pk), "other": str(records["article"].pk)}
        parts |= {"content_type_id": "1"}
        if model == "duplicatedecision" and "pk" in path:
            parts["pk"] = str(other.pk)
        if "simple_history" in name:
            version = type(record).history.filter(id=record.pk).latest()
            path = f"{path.split('^')[0]}{record.pk}/history/{version.pk}/"
        found[name] = re.sub(r"<(?:\w+:)?(\w+)>", lambda part, parts=parts: parts.get(part[1], ""), path)
    found |= {"app_list": "/admin/archive/", "/admin/(?P<url>.*)$": "/admin/nowhere"}
    found["autocomplete"] += "?app_label=archive&model_name=article&field_name=publisher"
    return found


def client_of(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        user = User.objects.create_user(f"a-{role}", is_staff=True)
        give_role(user, Role(role))
        client.force_login(user)
    return client


def is_let_in(client: Client, method: str, address: str) -> bool:
    """Whatever it does is undone."""
    point = transaction.savepoint()
    cookies = client.cookies.output()
    answer = client.generic(method, address, content_type="application/x-www-form-urlencoded")
    transaction.savepoint_rollback(point)
    if client.cookies.output() != cookies:
        client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    assert answer.status_code < 500, (method, address)
    to_login = answer.status_code == 302 and "/admin/login/" in answer.headers["Location"]
    return not to_login and answer.status_code not in (401, 403)


@pytest.mark.parametrize("role", ROLES.values())
def test_each_role_is_let_in_where_its_row_says_so(role: str) -> None:
    client = client_of(role)
    rank = list(ROLES.values()).index(role)
    wrong = []
    for name, address in sorted(made().items()):
        if name == "logout":
            continue
        first = row(name)
        assert first, name
        for method, letter in zip(("GET", "POST"), first, strict=True):
            expected = letter in ROLES and rank >= list(ROLES).index(letter)
            if is_let_in(client, method, address) is not expected:
                wrong.append(f"{method} {name} {address}: {role} is {'not ' if expected else ''}let in")
    assert wrong == []


def test_who_has_an_account_and_no_role_is_let_in_nowhere() -> None:
    client = Client(raise_request_exception=False)
    everything = sorted(made().items())
    for is_staff in (False, True):
        user = User.objects.create_user(f"nobody-{is_staff}", is_staff=is_staff)
        client.force_login(user)
        for name, address in everything:
            if name.startswith(("archive_", "auth_")) and name.count("_") >= 2 and not name.endswith("_"):
                assert not is_let_in(client, "POST", address) or named()[name.removesuffix(" draft")].endswith("/^"), (
                    name
                )


# The public site -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["curator", "editor", "administrator"])
def test_the_public_site_is_the_same_for_everybody(role: str, index: None) -> None:
    reader, client = client_of("anonymous"), client_of(role)
    for address in test_door.ADDRESSES:
        for method in ("GET", "POST"):
            expected = reader.generic(method, address).status_code
            assert client.generic(method, address).status_code == expected, (method, address)
            assert expected not in (401, 403), (method, address)


@pytest.mark.parametrize("role", ROLES.values())
def test_drafts_are_seen_by_who_curates(role: str) -> None:
    client = client_of(role)
    for make, kind in (
        (factories.make_article, "articles"),
        (factories.make_event, "events"),
        (factories.make_participant, "participants"),
    ):
        draft = make(status="draft")
        expected = 404 if role == "anonymous" else 200
        assert client.get(f"/{kind}/{draft.slug}/").status_code == expected
        assert client.get(f"/api/v1/{kind}/{draft.slug}").status_code == 404
        assert client.get(f"/{kind}/{draft.slug}/history/").status_code == expected
