"""The second factor: setting it up, the step after the password, and that nobody is anywhere without it."""

import base64
import logging
import re
import time
from collections.abc import Callable
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from hypothesis import given
from hypothesis import strategies as st

from archive import ratelimit
from archive.curation import second_factor
from archive.curation.accounts import give_role
from archive.curation.roles import Role
from archive.ratelimit import Limit
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD, OTHER = "xk-29-dd-wq-5t", "rr-81-mm-ve-4a"
STEP, SET_UP, CODES, OFF = (
    "/admin/login/code/",
    "/admin/second-factor/set-up/",
    "/admin/second-factor/codes/",
    "/admin/second-factor/off/",
)


class Clock:
    """The time of everything."""

    def __init__(self) -> None:
        # The middle of a step.
        self.now = time.time() // 30 * 30 + 15.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        """For what counts by the clock of the database's server, too."""
        self.now += seconds
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE archive_hits SET until = until - %s", [seconds])


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    caplog.set_level(logging.INFO, "archive.security")
    return clock


@pytest.fixture
def account() -> User:
    user = User.objects.create_user("anna", password=PASSWORD, is_staff=True)
    give_role(user, Role.EDITOR)
    return user


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.event for record in caplog.records if record.name == "archive.security"]  # type: ignore[attr-defined]


def code(secret: str, now: float, steps: int = 0) -> str:
    """What an app shows that was told the secret."""
    app = TOTP(base64.b32decode(secret.replace(" ", "")))
    app.time = now + 30 * steps
    return f"{app.token():06}"


def secret_on(html: str) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', html)
    assert found, html
    return found[1]


def codes_on(html: str) -> list[str]:
    return re.findall(r"<li><code>([a-z0-9-]+)</code></li>", html)


def give_password(
    client: Client | None = None, name: str = "anna", password: str = PASSWORD, to: str = "/admin/"
) -> Any:
    """The client after the first step, with the answer to it as `answer`."""
    client = client or Client()
    client.answer = client.post(f"/admin/login/?next={to}", {"username": name, "password": password})  # type: ignore[attr-defined]
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def app(account: User, clock: Clock) -> "App":
    """The account has a second factor, half an hour ago."""
    client = give_password()
    secret = secret_on(client.get(SET_UP).content.decode())
    done = client.post(SET_UP, {"code": code(secret, clock.now), "password": PASSWORD})
    assert done.status_code == 200
    recovery = codes_on(done.content.decode())
    assert len(recovery) == 10, done.content.decode()
    clock.passes(1800)
    return App(secret, recovery, client, clock)


class App:
    """What somebody has who has set up a second factor. `client` is where he did."""

    def __init__(self, secret: str, recovery: list[str], client: Client, clock: Clock) -> None:
        self.secret, self.recovery, self.client, self._clock = secret, recovery, client, clock

    def code(self, steps: int = 0) -> str:
        return code(self.secret, self._clock.now, steps)

    def log_in(self, **headers: str) -> Client:
        """With a code that was not used yet."""
        self._clock.passes(60)
        client = give_password()
        assert client.post(STEP, {"code": self.code()}, **headers).status_code == 302
        assert is_in(client)
        return client


def test_an_address_that_looks_like_the_name_of_a_view_is_none(app: App) -> None:
    for to in ("foo", "healthz", "%3Fa%3Db"):
        app._clock.passes(60)
        client = give_password(to=to)
        answer = client.post(STEP, {"code": app.code()})
        assert (answer.status_code, answer.headers["Location"]) == (302, to.replace("%3F", "?").replace("%3D", "="))
        assert is_in(client)


# Setting it up ----------------------------------------------------------------------------------------------------------


def test_who_has_none_logs_in_as_ever_and_is_told(account: User) -> None:
    client = give_password()
    assert client.answer.headers["Location"] == "/admin/"
    assert "Set up a second factor" in client.get("/admin/").content.decode()
    assert "has none yet" in client.get("/admin/second-factor/").content.decode()


def test_it_is_set_up_by_a_code_of_the_app(account: User, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    client = give_password()
    page = client.get(SET_UP).content.decode()
    secret = secret_on(page)
    # The same until it is confirmed: the app was told it.
    wrong = client.post(SET_UP, {"code": "000000", "password": PASSWORD})
    assert secret_on(wrong.content.decode()) == secret == secret_on(client.get(SET_UP).content.decode())
    assert "not what the app should show" in wrong.content.decode()
    assert not TOTPDevice.objects.exists()
    # Whoever finds an open session does not set up an app of his own.
    assert (
        "password is not right"
        in client.post(SET_UP, {"code": code(secret, clock.now), "password": "x"}).content.decode()
    )
    assert not TOTPDevice.objects.exists()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    done = client.post(SET_UP, {"code": code(secret, clock.now), "password": PASSWORD})
    shown = codes_on(done.content.decode())
    assert len(set(shown)) == 10
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != key
    assert "no-store" in done.headers["Cache-Control"]
    file = re.search(r'href="(data:text/plain[^"]+)" download="recovery-codes.txt"', done.content.decode())
    assert file
    assert unquote(file[1]).splitlines()[2:] == shown
    assert is_in(client)
    assert "10 of 10 are left" in client.get("/admin/second-factor/").content.decode()
    # The next one that is set up has another secret.
    assert secret_on(client.get(SET_UP).content.decode()) != secret
    assert events(caplog).count("second-factor-set") == 1


def test_the_picture_says_what_apps_read(account: User) -> None:
    client = give_password()
    page = client.get(SET_UP).content.decode()
    seed = client.session["second_factor_seed"]
    address = second_factor.address_of(seed, account)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/SCO archive (127.0.0.1):anna"
    secret = secret_on(page).replace(" ", "")
    assert parse_qs(parts.query) == {
        "secret": [secret],
        "issuer": ["SCO archive (127.0.0.1)"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert len(base64.b32decode(secret)) == 20
    picture = segno.make(address, error="l", micro=False).svg_data_uri(light="#fff")
    assert f'src="{picture}"' in unescape(page)


def test_nothing_that_is_kept_makes_a_code(app: App, settings: Any) -> None:
    """Not the secret nor its bytes, and no recovery code; with another SECRET_KEY the app is lost, the recovery codes are not."""
    secret = app.secret.replace(" ", "")
    kept = ""
    with connection.cursor() as cursor:
        for table in ("otp_totp_totpdevice", "otp_static_statictoken", "otp_static_staticdevice", "django_session"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += str(cursor.fetchall())
    for text in (secret, base64.b32decode(secret).hex(), secret.lower(), *app.recovery):
        assert text not in kept
        assert text.replace("-", "") not in kept
    settings.SECRET_KEY = "another"
    client = give_password()
    assert client.post(STEP, {"code": app.code()}).status_code == 200
    assert client.post(STEP, {"code": app.recovery[0]}).status_code == 302
    assert is_in(client)


# The step after the password --------------------------------------------------------------------------------------------


def test_password_and_code_log_in(app: App, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    client = give_password(to="/admin/archive/article/")
    assert client.answer.headers["Location"] == STEP
    assert SESSION_KEY not in client.session
    assert "login" not in events(caplog)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = client.get(STEP)
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert 'inputmode="numeric"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    wrong = client.post(STEP, {"code": "000000" if app.code() != "000000" else "111111"})
    assert "not right, or was used already" in wrong.content.decode()
    assert 'value="000000"' not in wrong.content.decode()
    assert not is_in(client)
    done = client.post(STEP, {"code": app.code()})
    assert (done.status_code, done.headers["Location"]) == (302, "/admin/archive/article/")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != first
    assert is_in(client)
    assert "password_given" not in client.session
    assert events(caplog) == ["second-factor-failed", "login"]


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(next_url: str, app: App) -> None:
    client = give_password(to=next_url)
    assert client.post(STEP, {"code": app.code()}).headers["Location"] == "/admin/"


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_a_step(steps: int, is_right: bool, app: App) -> None:
    client = give_password()
    client.post(STEP, {"code": app.code(steps)})
    assert is_in(client) is is_right


def test_no_code_is_good_twice(app: App, clock: Clock) -> None:
    used = app.code()
    assert give_password().post(STEP, {"code": used}).status_code == 302
    for steps in (-1, 0):
        again = give_password()
        again.post(STEP, {"code": app.code(steps)})
        assert not is_in(again), "the code, or one before it"
    clock.passes(30)
    again = give_password()
    again.post(STEP, {"code": used})
    assert not is_in(again)
    assert give_password().post(STEP, {"code": app.code()}).status_code == 302


def test_the_code_of_the_set_up_is_not_good_for_logging_in(account: User, clock: Clock) -> None:
    client = give_password()
    secret = secret_on(client.get(SET_UP).content.decode())
    client.post(SET_UP, {"code": code(secret, clock.now), "password": PASSWORD})
    other = give_password()
    other.post(STEP, {"code": code(secret, clock.now)})
    assert not is_in(other)


def spaced(text: str) -> str:
    return f" {text[:3]} {text[3:]}\t"


@pytest.mark.parametrize(
    "written",
    [
        spaced,
        lambda text: f"{text[:3]}-{text[3:]}",
        lambda text: f"{text[:3]}\u00a0{text[3:]}",
        lambda text: text.translate({ord("0") + n: ord("０") + n for n in range(10)}),
        lambda text: text.translate({ord("0") + n: ord("٠") + n for n in range(10)}),
        lambda text: text.translate({ord("0") + n: ord("०") + n for n in range(10)}),
    ],
)
def test_codes_are_read_as_people_write_them(written: Callable[[str], str], app: App) -> None:
    client = give_password()
    assert client.post(STEP, {"code": written(app.code())}).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "12345",
        "1234567",
        "letter",
        "a\0b",
        "9" * 5000,
        "+12345",
        "-12345",
        "1e5",
        "0x1F2C",
        "²²²²²²",
        "①②③④⑤⑥",
        "½½½",
    ],
)
def test_what_is_no_code_is_refused_with_a_word(written: str, app: App) -> None:
    client = give_password()
    answer = client.post(STEP, {"code": written})
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.content.decode()
    assert not is_in(client)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_is_none(text: str) -> None:
    is_code = re.fullmatch("[0-9]{6}", second_factor.plain(text)) is not None
    assert second_factor.is_for_app(text) is is_code
    assert is_code or not second_factor.fits("00" * 20, text)


# No half of it is good for anything -------------------------------------------------------------------------------------

DOORS = (
    "/admin/",
    "/admin/archive/article/",
    "/admin/auth/user/",
    "/admin/password_change/",
    "/admin/second-factor/",
    CODES,
    OFF,
)


@pytest.mark.parametrize("address", [*DOORS, SET_UP])
def test_the_password_alone_opens_nothing(address: str, app: App) -> None:
    client = give_password()
    for answer in (client.get(address), client.post(address, {"code": app.code(), "password": PASSWORD})):
        # Who has an app is not led to set up one.
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/admin/login/"), address


def test_the_password_alone_shows_no_draft(app: App) -> None:
    draft = factories.make_article(status="draft")
    restricted = factories.make_article(status="published", body="Only curators read this body as a whole. " * 20)
    half, whole = give_password(), app.log_in()
    assert half.get(f"/articles/{draft.slug}/").status_code == 404
    assert whole.get(f"/articles/{draft.slug}/").status_code == 200
    assert b"Only curators read this" not in half.get(f"/articles/{restricted.slug}/").content
    assert b"Only curators read this" in whole.get(f"/articles/{restricted.slug}/").content


def test_the_first_step_holds_five_minutes(app: App, clock: Clock) -> None:
    client = give_password()
    clock.passes(290)
    assert client.get(STEP).status_code == 200
    clock.passes(20)
    for answer in (client.get(STEP), client.post(STEP, {"code": app.code()})):
        assert answer.headers["Location"].startswith("/admin/login/")
    assert not is_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "!x"}])
def test_the_first_step_ends_with_what_it_was_about(change: dict[str, Any], app: App, account: User) -> None:
    client = give_password()
    User.objects.filter(pk=account.pk).update(**change)
    client.post(STEP, {"code": app.code()})
    assert SESSION_KEY not in client.session


def test_there_is_no_second_step_without_a_first(app: App) -> None:
    for answer in (Client().get(STEP), Client().post(STEP, {"code": app.code()})):
        assert answer.headers["Location"].startswith("/admin/login/")


def test_a_first_step_logs_out_who_was_there(app: App) -> None:
    User.objects.create_superuser("root", password=OTHER)
    client = give_password(name="root", password=OTHER)
    assert is_in(client)
    give_password(client)
    assert not is_in(client)


def test_ones_own_code_does_not_open_anothers_account(app: App, clock: Clock) -> None:
    other = User.objects.create_superuser("root", password=OTHER)
    secret = "B" * 32
    TOTPDevice.objects.create(user=other, name="app", key=second_factor.new_seed())
    client = give_password(name="root", password=OTHER)
    client.post(STEP, {"code": app.code()})
    client.post(STEP, {"code": app.recovery[0]})
    client.post(STEP, {"code": code(secret, clock.now)})
    assert not is_in(client)


# Sessions ---------------------------------------------------------------------------------------------------------------


def test_sessions_from_before_have_to_verify_too(account: User, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    before, here = give_password(), give_password()
    assert is_in(before)
    secret = secret_on(here.get(SET_UP).content.decode())
    here.post(SET_UP, {"code": code(secret, clock.now), "password": PASSWORD})
    assert is_in(here)
    assert not is_in(before)
    assert events(caplog).count("session-ended") == 1


def test_replacing_the_app_ends_other_sessions_and_what_there_was(app: App, clock: Clock) -> None:
    elsewhere, here = app.log_in(), app.client
    new = secret_on(here.get(SET_UP).content.decode())
    form = {"code": code(new, clock.now), "password": PASSWORD}
    for present in ("", "000000", app.code()):
        # Used for the login just now.
        assert not codes_on(here.post(SET_UP, {**form, "present": present}).content.decode())
    clock.passes(30)
    form["code"] = code(new, clock.now)
    # What is wrong in the other fields uses no code up.
    here.post(SET_UP, {**form, "code": "123456", "present": app.code()})
    here.post(SET_UP, {**form, "password": "x", "present": app.code()})
    shown = codes_on(here.post(SET_UP, {**form, "present": app.code()}).content.decode())
    assert len(shown) == 10
    assert is_in(here)
    assert not is_in(elsewhere)
    clock.passes(60)
    for old in (app.code(), app.recovery[0]):
        client = give_password()
        client.post(STEP, {"code": old})
        assert not is_in(client)
    client = give_password()
    client.post(STEP, {"code": code(new, clock.now)})
    assert is_in(client)


def test_a_changed_password_leaves_it_and_so_does_one_that_is_given(app: App, account: User) -> None:
    client = app.log_in()
    form = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert client.post("/admin/password_change/", form).status_code == 302
    assert is_in(client)
    account.set_password(PASSWORD)
    account.save()
    assert not is_in(client)
    assert give_password().answer.headers["Location"] == STEP


# Recovery codes ---------------------------------------------------------------------------------------------------------


def test_a_recovery_code_is_good_once(app: App, caplog: pytest.LogCaptureFixture) -> None:
    assert "Recovery code" in give_password().get(f"{STEP}?recovery").content.decode()
    client = give_password()
    assert client.post(f"{STEP}?recovery", {"code": app.recovery[3].upper().replace("-", " ")}).status_code == 302
    assert "9 are left" in client.get("/admin/").content.decode()
    assert "second-factor-recovered" in events(caplog)
    again = give_password()
    again.post(STEP, {"code": app.recovery[3]})
    assert not is_in(again)


def test_an_app_that_is_replaced_while_its_code_is_read_opens_nothing(
    app: App, account: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, verify = give_password(), second_factor.verify

    def verified(*args: Any) -> Any:
        found = verify(*args)
        TOTPDevice.objects.all().delete()
        TOTPDevice.objects.create(user=account, name="app", key=second_factor.new_seed())
        return found

    monkeypatch.setattr(second_factor, "verify", verified)
    clock.passes(30)
    client.post(STEP, {"code": app.code()})
    assert not is_in(client)


def test_new_recovery_codes_replace_the_old(app: App) -> None:
    client = app.log_in()
    assert codes_on(client.post(CODES, {"password": PASSWORD, "present": "000000"}).content.decode()) == []
    new = codes_on(client.post(CODES, {"password": PASSWORD, "present": app.recovery[0]}).content.decode())
    assert len(set(new)) == 10
    assert not set(new) & set(app.recovery)
    for text, is_good in ((app.recovery[1], False), (new[0], True)):
        other = give_password()
        other.post(STEP, {"code": text})
        assert is_in(other) is is_good


# How often --------------------------------------------------------------------------------------------------------------


def test_codes_can_not_be_guessed_at(app: App, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    wrong = {"code": "000000" if "000000" not in {app.code(n) for n in range(-1, 2)} else "111111"}
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    client = give_password()
    answers = [client.post(STEP, wrong, **elsewhere) for _time in range(7)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert re.search(r"Too many wrong codes\. Try again in \d+ minutes\.", answers[-1].content.decode())
    # A right one is not looked at there, nor from a third place.
    assert client.post(STEP, {"code": app.code()}, **elsewhere).status_code == 429
    assert give_password().post(STEP, {"code": app.code()}, REMOTE_ADDR="203.0.113.8").status_code == 429
    # The owner has recovery codes, and the place from which he logged in before.
    assert give_password().post(STEP, {"code": app.recovery[0]}, REMOTE_ADDR="203.0.113.8").status_code == 302
    assert "login-throttled" in events(caplog)
    clock.passes(15 * 60 + 5)
    client = give_password()
    assert client.post(STEP, {"code": app.code()}, **elsewhere).status_code == 302


def test_guessing_elsewhere_keeps_nobody_out_of_his_own_place(app: App) -> None:
    app.log_in()
    guesser = give_password()
    while guesser.post(STEP, {"code": "000000"}, REMOTE_ADDR="203.0.113.7").status_code != 429:
        pass
    app.log_in()


def test_who_knows_the_password_is_not_known_by_it_where_codes_are_asked_for(app: App) -> None:
    """Else each address would have tries of its own, by giving the password there."""
    statuses = []
    for n in range(7):
        client = Client(REMOTE_ADDR=f"203.0.113.{n}")
        give_password(client)
        statuses.append(client.post(STEP, {"code": "000000"}).status_code)
    assert statuses == [200] * 5 + [429] * 2


def test_right_codes_and_set_ups_are_not_counted(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ratelimit, "LIMITS", {**ratelimit.LIMITS, "login-code": (Limit(2, 900),), "login-address": (Limit(2, 900),)}
    )
    for _time in range(4):
        app.log_in()


@pytest.mark.parametrize("address", [CODES, OFF, SET_UP])
def test_an_open_session_is_no_place_to_guess(address: str, app: App) -> None:
    client = app.log_in()
    new = code(secret_on(client.get(SET_UP).content.decode()), time.time())
    answers = [client.post(address, {"code": new, "password": PASSWORD, "present": "000000"}) for _time in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    by_password = [client.post(address, {"code": new, "password": "x", "present": "000000"}) for _time in range(11)]
    assert by_password[-1].status_code == 429
    assert TOTPDevice.objects.count() == 1


# Switching it off, losing it --------------------------------------------------------------------------------------------


def test_it_is_switched_off_with_password_and_code(app: App, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    here, elsewhere = app.log_in(), app.log_in()
    clock.passes(60)
    for form in ({}, {"password": PASSWORD}, {"present": app.code()}, {"password": "x", "present": app.code()}):
        assert here.post(OFF, form).status_code == 200
    assert TOTPDevice.objects.exists()
    assert here.post(OFF, {"password": PASSWORD, "present": app.code()}).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert "second-factor-removed" in events(caplog)
    assert is_in(give_password())
    for address in (OFF, CODES):
        assert here.get(address).headers["Location"] == "/admin/second-factor/"


def take(role: str, user: User) -> tuple[Client, Any]:
    by = User.objects.create_user(f"by-{role}", password=OTHER, is_staff=True, is_superuser=role == "superuser")
    if role != "superuser":
        give_role(by, Role(role))
    client = Client()
    client.force_login(by)
    return client, client.post(f"/admin/auth/user/{user.pk}/second-factor/")


@pytest.mark.parametrize(
    ("role", "is_superuser", "may"),
    [
        ("curator", False, False),
        ("editor", False, False),
        ("administrator", False, True),
        ("administrator", True, False),
        ("superuser", True, True),
    ],
)
def test_administrators_take_it_from_who_lost_it(
    role: str, is_superuser: bool, may: bool, app: App, account: User, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(pk=account.pk).update(is_superuser=is_superuser)
    client, answer = take(role, account)
    assert answer.status_code == (302 if may else 403)
    assert TOTPDevice.objects.exists() is not may
    assert is_in(app.client) is not may
    if may:
        told = next(record for record in caplog.records if getattr(record, "event", "") == "second-factor-removed")
        assert (told.account, told.by) == (account.pk, User.objects.get(username=f"by-{role}").pk)  # type: ignore[attr-defined]
        entry = LogEntry.objects.get()
        assert (entry.object_id, entry.get_change_message()) == (str(account.pk), "Took the second factor away.")
        assert "no second factor" in client.get(f"/admin/auth/user/{account.pk}/second-factor/").content.decode()


def test_pages_of_accounts_say_who_has_one(app: App, account: User) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password=OTHER))
    assert "Take second factor away" in client.get(f"/admin/auth/user/{account.pk}/change/").content.decode()
    listed = client.get("/admin/auth/user/?o=1").content.decode()
    assert re.findall(r'field-has_second_factor"><img[^>]*alt="(\w+)"', listed) == ["True", "False"]


def test_ones_own_is_not_taken_that_way(app: App, account: User) -> None:
    give_role(account, Role.ADMINISTRATOR)
    client = app.log_in()
    answer = client.post(f"/admin/auth/user/{account.pk}/second-factor/")
    assert answer.headers["Location"] == "/admin/second-factor/"
    assert TOTPDevice.objects.exists()


def test_the_command_for_the_last_administrator(app: App, account: User, caplog: pytest.LogCaptureFixture) -> None:
    out = StringIO()
    call_command("second_factor", stdout=out)
    assert out.getvalue() == "anna: 10 recovery codes left\n"
    call_command("second_factor", "--remove", "anna", stdout=out)
    assert "second-factor-removed" in events(caplog)
    assert not is_in(app.client)
    assert is_in(give_password())
    for name in ("anna", "nobody"):
        with pytest.raises(CommandError, match=name):
            call_command("second_factor", "--remove", name)


# Who has to have one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "role", "has_to"),
    [
        ("none", "administrator", False),
        ("administrators", "administrator", True),
        ("administrators", "superuser", True),
        ("administrators", "editor", False),
        ("everybody", "curator", True),
    ],
)
def test_who_has_to_have_one(setting: str, role: str, has_to: bool, settings: Any, clock: Clock) -> None:
    user = User.objects.create_user("anna", password=PASSWORD, is_staff=True, is_superuser=role == "superuser")
    if role != "superuser":
        give_role(user, Role(role))
    before = give_password()
    assert is_in(before)
    settings.REQUIRE_SECOND_FACTOR = setting
    # Sessions of before, too.
    assert is_in(before) is not has_to
    client = give_password(to="/admin/archive/article/")
    assert is_in(client) is not has_to
    if not has_to:
        return
    assert client.answer.headers["Location"] == STEP
    assert client.get(STEP).headers["Location"] == SET_UP
    for address in DOORS:
        assert client.get(address).headers["Location"].startswith("/admin/login/"), address
    page = client.get(SET_UP).content.decode()
    assert 'name="password"' not in page
    done = client.post(SET_UP, {"code": code(secret_on(page), clock.now)})
    assert len(codes_on(done.content.decode())) == 10
    assert 'href="/admin/archive/article/"' in done.content.decode()
    assert is_in(client)
    # And it stays.
    assert client.get(OFF).headers["Location"] == "/admin/second-factor/"
    assert client.post(OFF, {"password": PASSWORD, "present": "0"}).status_code == 302
    assert TOTPDevice.objects.exists()


def test_there_is_a_quarter_of_an_hour_to_set_it_up(account: User, settings: Any, clock: Clock) -> None:
    settings.REQUIRE_SECOND_FACTOR = "everybody"
    client = give_password()
    clock.passes(14 * 60)
    secret = secret_on(client.get(SET_UP).content.decode())
    clock.passes(2 * 60)
    answer = client.post(SET_UP, {"code": code(secret, clock.now)})
    assert answer.headers["Location"].startswith("/admin/login/")
    assert not TOTPDevice.objects.exists()


# Forms ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [STEP, SET_UP, CODES, OFF])
def test_forms_need_their_token(address: str, app: App) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = (give_password() if address == STEP else app.client).cookies
    form = {"code": app.code(), "password": PASSWORD, "present": app.recovery[0]}
    assert client.post(address, form).status_code == 403
    assert second_factor.standing_of(User.objects.get()).codes == 10  # type: ignore[union-attr]


def test_no_page_of_the_library_is_there() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password=OTHER))
    for address in ("/admin/otp_totp/", "/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"):
        assert client.get(address).status_code == 404
