"""Guessing passwords at a running site: it is stopped whatever headers are sent, and keeps nobody else out."""

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django_otp.oath import TOTP

from tests.servers.curator import token
from tests.servers.site import Site, running_site
from tests.servers.wire import Reply, ask

PASSWORD = "correct horse battery"
_MAKE_ACCOUNTS = f"""
from django.contrib.auth.models import User
for name in ("anna", "boris", "chen", "dina", "emma"):
    User.objects.create_superuser(name, password={PASSWORD!r})
"""
# Whatever servers and proxies were ever told the client's address by.
CLAIMS = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "Via")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("logins"), WEB_CONCURRENCY="2") as running:
        running.manage("shell", "-v", "0", "-c", _MAKE_ACCOUNTS)
        yield running


def log_in(site: Site, name: str, password: str, *, source: str = "127.0.0.1", **headers: str) -> Reply:
    form = ask(site, "/admin/login/", source=source)
    fields = {"username": name, "password": password, "next": "/admin/", "csrfmiddlewaretoken": token(form.text)}
    return ask(
        site,
        "/admin/login/",
        "POST",
        body=urlencode(fields),
        source=source,
        Content_Type="application/x-www-form-urlencoded",
        Cookie=form.cookie_header(),
        **headers,
    )


def guess(site: Site, name: str, times: int, *, source: str = "127.0.0.1") -> list[Reply]:
    """Wrong passwords, each with another address in the headers."""
    return [
        log_in(site, name, f"wrong {n}", source=source, **dict.fromkeys(CLAIMS, f"203.0.113.{n}")) for n in range(times)
    ]


def test_twenty_bad_passwords_with_rotating_headers(site: Site) -> None:
    replies = guess(site, "anna", 20)
    assert [reply.status for reply in replies] == [200] * 10 + [429] * 10
    last = replies[-1]
    assert 0 < int(last.headers["retry-after"]) <= 15 * 60
    assert re.search(r"Too many wrong passwords. Try again in \d+ minutes?\.", last.text)
    assert 'name="password"' in last.text
    # The right one is not looked at either.
    assert log_in(site, "anna", PASSWORD).status == 429
    # Another user gets in, from there and from elsewhere.
    assert log_in(site, "boris", PASSWORD).status == 302
    assert log_in(site, "boris", PASSWORD, source="127.0.0.2").status == 302
    log = (site.data_dir / "gunicorn.log").read_text()
    assert "login-throttled" in log
    assert "login-failed" in log
    for secret in ("127.0.0.1 ", "203.0.113", "wrong 1", "correct horse"):
        assert secret not in "\n".join(line for line in log.splitlines() if "archive.security" in line)


def test_who_was_there_before_is_not_locked_out_by_guessing_elsewhere(site: Site) -> None:
    assert log_in(site, "chen", PASSWORD, source="127.0.0.3").status == 302
    assert guess(site, "chen", 12, source="127.0.0.4")[-1].status == 429
    assert log_in(site, "chen", PASSWORD, source="127.0.0.5").status == 429
    assert log_in(site, "chen", PASSWORD, source="127.0.0.3").status == 302


def test_one_password_on_many_accounts_is_stopped_too(site: Site) -> None:
    statuses = [log_in(site, f"nobody-{n}", "spring2026", source="127.0.0.6").status for n in range(55)]
    assert statuses == [200] * 50 + [429] * 5
    assert log_in(site, "dina", PASSWORD, source="127.0.0.7").status == 302


_SET_UP = """
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from archive.curation import second_factor
user, seed = User.objects.get(username="emma"), second_factor.new_seed()
TOTPDevice.objects.create(user=user, name="app", key=seed)
print(second_factor.secret_of(seed), *second_factor.replace_recovery_codes(user))
"""


def test_of_many_at_the_same_time_one_code_lets_in_one(site: Site) -> None:
    secret, *recovery = site.manage("shell", "-v", "0", "-c", _SET_UP).split()
    app = TOTP(b32decode(secret))
    app.time = time.time()
    for code in (f"{app.token():06}", recovery[0]):
        halves = [log_in(site, "emma", PASSWORD, source="127.0.0.8") for _n in range(6)]
        assert {half.headers["location"] for half in halves} == {"/admin/login/code/"}
        forms = [ask(site, "/admin/login/code/", source="127.0.0.8", Cookie=half.cookie_header()) for half in halves]

        def give(form: tuple[Reply, Reply], code: str = code) -> str:
            half, page = form
            sent = {"code": code, "csrfmiddlewaretoken": token(page.text)}
            answer = ask(
                site,
                "/admin/login/code/",
                "POST",
                body=urlencode(sent),
                source="127.0.0.8",
                Content_Type="application/x-www-form-urlencoded",
                Cookie=f"{half.cookie_header()}; {page.cookie_header()}",
            )
            return answer.headers.get("location", str(answer.status))

        with ThreadPoolExecutor(6) as several:
            answers = sorted(several.map(give, zip(halves, forms, strict=True)))
        assert answers.count("/admin/") == 1, answers
        assert set(answers) <= {"/admin/", "200", "429"}
    log = (site.data_dir / "gunicorn.log").read_text()
    assert "second-factor-failed" in log
    for text in (secret, *recovery):
        assert text not in log
