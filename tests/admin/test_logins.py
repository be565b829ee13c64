"""Passwords, sessions and what is logged of them."""

import logging
import time
import unicodedata
from base64 import b32decode
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client, RequestFactory
from django_otp.oath import TOTP

from archive import ratelimit, security
from archive.counters import counters
from archive.curation import logins, second_factor
from archive.curation.accounts import give_role
from archive.curation.roles import Role
from archive.ratelimit import Limit
from archive.views import sessions

pytestmark = pytest.mark.django_db

PASSWORD, OTHER = "xk-29-dd-wq-5t", "rr-81-mm-ve-4a"


@pytest.fixture
def account() -> User:
    user = User.objects.create_user("anna", password=PASSWORD, is_staff=True)
    give_role(user, Role.EDITOR)
    return user


def logged_in(name: str = "anna", password: str = PASSWORD, **headers: str) -> Client:
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": name, "password": password}, **headers)
    assert answer.status_code == 302, answer.content[:500]
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.event for record in caplog.records if record.name == "archive.security"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "archive.security")


# Passwords -------------------------------------------------------------------------------------------------------------


class TestPasswords:
    @pytest.fixture(autouse=True)
    def _real_hashers(self, settings: Any) -> None:
        settings.PASSWORD_HASHERS = ["archive.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]

    def test_they_are_kept_with_argon2id(self) -> None:
        user = User.objects.create_user("anna", password=PASSWORD)
        assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")

    def test_an_old_hash_is_made_anew_at_login(self, account: User, caplog: pytest.LogCaptureFixture) -> None:
        account.password = PBKDF2PasswordHasher().encode(PASSWORD, "saltsaltsaltsalt", iterations=1000)
        account.save(update_fields=["password"])
        assert is_in(logged_in())
        account.refresh_from_db()
        assert identify_hasher(account.password).algorithm == "argon2"
        assert account.check_password(PASSWORD)
        assert "password-changed" not in events(caplog)

    def test_a_name_that_nobody_has_costs_as_much(self, account: User) -> None:
        """As many hashes are computed: time itself would be no test."""
        computed = []
        from archive.passwords import Argon2

        encode, verify = Argon2.encode, Argon2.verify
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Argon2, "encode", lambda *given: computed.append("hash") or encode(*given))
            patched.setattr(Argon2, "verify", lambda *given: computed.append("hash") or verify(*given))
            counts = []
            for name in ("anna", "nobody"):
                computed.clear()
                Client().post("/admin/login/", {"username": name, "password": "wrong"})
                counts.append(len(computed))
        assert counts == [1, 1]


# How often they may be tried -------------------------------------------------------------------------------------------


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"login-address": (Limit(6, 900),), "login-account": (Limit(3, 900),)}
    monkeypatch.setattr(ratelimit, "LIMITS", {**ratelimit.LIMITS, **limits})


def test_right_passwords_are_not_counted(_few: None, account: User) -> None:
    for _time in range(10):
        assert is_in(logged_in())


def test_the_message_is_the_same_for_accounts_and_for_none(_few: None, account: User) -> None:
    pages = []
    for name in ("anna", "nobody"):
        answers = [Client().post("/admin/login/", {"username": name, "password": "wrong"}) for _time in range(4)]
        assert [one.status_code for one in answers[:3]] == [200, 200, 200]
        pages.append([one.content.decode().split("errornote")[1].split("</p>")[0] for one in answers])
        counters().forget_all()
    assert pages[0] == pages[1]


def test_a_session_ends_for_good_where_its_account_is_switched_off(account: User) -> None:
    client = logged_in()
    for is_active in (False, True):
        User.objects.update(is_active=is_active)
        assert not is_in(client)
    assert is_in(logged_in())


def test_a_name_that_says_from_where_locks_nobody_out(_few: None, account: User) -> None:
    """Who logged in at an address is known there; what is typed elsewhere must not count for that."""
    assert is_in(logged_in(REMOTE_ADDR="203.0.113.7"))
    for typed in ("anna from 203.0.113.7", "anna 203.0.113.7", "anna203.0.113.7"):
        for _time in range(5):
            Client().post("/admin/login/", {"username": typed, "password": "wrong"}, REMOTE_ADDR="198.51.100.9")
    assert is_in(logged_in(REMOTE_ADDR="203.0.113.7"))


def test_a_name_of_thousands_of_accents_is_not_put_in_order(account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take minutes, and the whole process with it."""
    asked: list[int] = []
    normalize = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: asked.append(len(text)) or normalize(form, text))
    answer = Client().post("/admin/login/", {"username": "a" + "\u0301" * 9000 + "\u0316" * 9000, "password": "x"})
    assert answer.status_code == 200
    assert asked and max(asked) <= 150


def test_ones_own_old_password_can_not_be_guessed_at(_few: None, account: User) -> None:
    client = logged_in()
    form = {"old_password": "wrong", "new_password1": OTHER, "new_password2": OTHER}
    assert [client.post("/admin/password_change/", form).status_code for _time in range(4)] == [200, 200, 200, 429]
    refused = client.post("/admin/password_change/", {**form, "old_password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert b"Too many wrong passwords" in refused.content
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_guesses_at_the_same_time_are_counted_before_they_are_looked_at(_few: None) -> None:
    request = RequestFactory().post("/admin/login/")
    begun = [logins.attempt(request, "anna") for _time in range(4)]
    assert [bool(one.wait) for one in begun] == [False, False, False, True]
    logins.succeeded(begun[0])
    # One was right: it gives its place back. The same name in other letters is the same account.
    elsewhere = RequestFactory().post("/admin/login/", REMOTE_ADDR="192.0.2.9")
    assert [bool(logins.attempt(elsewhere, "ａｎｎａ").wait) for _time in range(2)] == [False, True]


def test_login_pages_need_a_name_and_a_password(_few: None) -> None:
    for form in ({}, {"username": "anna"}, {"password": "x"}, {"username": "a\0b", "password": "x"}):
        for _time in range(5):
            assert Client().post("/admin/login/", form).status_code == 200


# Sessions --------------------------------------------------------------------------------------------------------------


def test_login_makes_a_new_session_and_logout_forgets_it(account: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    client.post("/admin/login/?next=/admin/", {"username": "anna", "password": PASSWORD})
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert key != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert client.post("/admin/logout/").status_code == 200
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(client)


def test_a_changed_password_ends_all_other_sessions(account: User, caplog: pytest.LogCaptureFixture) -> None:
    here, elsewhere = logged_in(), logged_in()
    form = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert here.post("/admin/password_change/", form).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert events(caplog).count("password-changed") == 1


def test_an_administrator_who_sets_a_password_ends_the_sessions(account: User) -> None:
    client = logged_in()
    account.set_password(OTHER)
    account.save()
    assert not is_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_an_account_that_is_switched_off_is_out_at_once(change: dict[str, bool], account: User) -> None:
    client = logged_in()
    assert is_in(client)
    User.objects.filter(pk=account.pk).update(**change)
    assert not is_in(client)


def test_a_role_that_is_taken_is_gone_at_once(account: User) -> None:
    client = logged_in()
    assert client.get("/admin/archive/redirect/add/").status_code == 200
    give_role(account, Role.CURATOR)
    assert client.get("/admin/archive/redirect/add/").status_code == 403


@pytest.mark.parametrize(
    ("idle", "pauses", "stays"),
    [
        (7200, (7000, 7000), True),
        (7200, (7300,), False),
        (7200, (7000,) * 7, False),
        (60, (50, 50), True),
        (60, (90,), False),
    ],
)
def test_sessions_end(
    idle: int, pauses: tuple[int, ...], stays: bool, account: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two hours without a request, and after twelve in any case."""
    settings.SESSION_IDLE = idle
    now = [time.time()]
    monkeypatch.setattr(sessions.time, "time", lambda: now[0])
    client = logged_in()
    assert is_in(client)
    answers = []
    for pause in pauses:
        now[0] += pause
        answers.append(is_in(client))
    assert answers[-1] is stays
    assert all(answers[:-1])


def test_a_session_counts_from_the_login(account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not from the first page that is asked for with it, which may be somebody else's doing."""
    now = [time.time()]
    monkeypatch.setattr(sessions.time, "time", lambda: now[0])
    client = logged_in()
    now[0] += 7300
    assert not is_in(client)


def test_readers_have_no_session(client: Client) -> None:
    answer = client.get("/about/")
    assert not answer.cookies
    assert not Session.objects.exists()


# What is logged --------------------------------------------------------------------------------------------------------


def _with_second_factor(client: Client) -> str:
    """A recovery code of whoever is logged in there."""
    client.get("/admin/second-factor/set-up/")
    request = RequestFactory().post("/")
    request.user = user = User.objects.get(pk=client.session[SESSION_KEY])
    seed = client.session["second_factor_seed"]
    app = TOTP(b32decode(second_factor.secret_of(seed)))
    return second_factor.set_up(request, user, seed, f"{app.token():06}")[0]


def test_every_kind_of_event_is_told(_few: None, caplog: pytest.LogCaptureFixture) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root", password=OTHER))
    new = {"username": "anna", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    root.post("/admin/auth/user/add/", {**new, "groups": [Group.objects.get(name="curator").pk]})
    user = User.objects.get(username="anna")
    client = logged_in(HTTP_X_FORWARDED_FOR="203.0.113.9")
    client.get("/admin/auth/user/")
    client.get("/admin/", headers={"host": "evil.example"})
    Client(enforce_csrf_checks=True).post("/report/", {"text": "x"})
    user.is_superuser = True
    user.save()
    client.post("/admin/logout/")
    for _time in range(4):
        Client().post("/admin/login/", {"username": "my secret password", "password": "my secret password"})
    for is_active in (False, True):
        user.is_active = is_active
        user.save()
    user.set_password(OTHER)
    user.save()
    session = logged_in("root", OTHER)
    session.get("/admin/")
    kept = session.session
    kept["seen"] = 0
    kept.save()
    assert not is_in(session)
    session = logged_in("root", OTHER)
    recovery = _with_second_factor(session)
    half = Client()
    half.post("/admin/login/", {"username": "root", "password": OTHER})
    for code in ("000000", recovery):
        half.post("/admin/login/code/", {"code": code})
    call_command("second_factor", "--remove", "root")
    told = [record for record in caplog.records if record.name == "archive.security"]
    assert set(security.EVENTS) <= set(events(caplog))
    text = caplog.text + "".join(str(record.__dict__) for record in told)
    lines = "\n".join(line for line in text.splitlines() if "archive.security" in line)
    for secret in ("my secret password", PASSWORD, OTHER, recovery, "203.0.113.9", "127.0.0.1", "anna"):
        assert secret not in lines, secret
    roles = [record for record in told if record.event == "role-changed"]  # type: ignore[attr-defined]
    assert (roles[0].account, roles[0].roles, roles[0].by) == (user.pk, "curator", User.objects.get(username="root").pk)  # type: ignore[attr-defined]


def test_clients_are_told_apart_and_not_named(caplog: pytest.LogCaptureFixture) -> None:
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        request = RequestFactory().get("/", REMOTE_ADDR=address)
        request.user = AnonymousUser()
        security.tell("permission-denied", request)
    one, same, other = (record.client for record in caplog.records)  # type: ignore[attr-defined]
    assert one == same != other
    assert "192.0.2" not in caplog.text
