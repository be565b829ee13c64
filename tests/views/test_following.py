"""Following a page by e-mail: from the form to the digest and to the end of it, and what is answered to those who misuse it."""

import html as html_of
import json
import logging
import re
import smtplib
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive import ratelimit
from archive.curation.review import publish, withdraw
from archive.formats.records import export_rows
from archive.models import Alert, Change
from archive.ratelimit import Limit
from archive.views import digests
from archive.views.door import MOST_OF_ADDRESS
from archive.views.followed import Followed, NotFollowed, followed
from tests import factories as make

pytestmark = pytest.mark.django_db

READER = "reader@example.org"
TYPED = {"email": READER, "frequency": "daily", "website": ""}


@pytest.fixture(autouse=True)
def _with_mail(settings: Any) -> None:
    settings.SENDS_MAIL = True
    settings.DEFAULT_FROM_EMAIL = "archive@archive.example"


def form_of(client: Client, page: str) -> str:
    """Where the page leads those who want to follow it."""
    [found] = set(re.findall(r'href="([^"]*/follow/[^"]*)"', client.get(page).content.decode()))
    return html_of.unescape(found)


def links(message: Any, part: str) -> str:
    """The path of the one link of an e-mail to that part of the site."""
    [found] = re.findall(rf"https?://\S*/follow/{part}/\S+", message.body)
    return urlsplit(found).path


def following(page: str, *, prefix: str = "", email: str = READER, frequency: str = "daily") -> Alert:
    """An alert as the form and its confirmation leave it."""
    client = Client()
    form = f"{prefix}/follow/?of={quote(page)}"
    assert client.post(form, {**TYPED, "email": email, "frequency": frequency}).status_code == 302
    message = mail.outbox.pop()
    assert client.post(links(message, "confirm")).status_code == 200
    return Alert.objects.get(email=email, fingerprint=followed(page).fingerprint)


def run(later: timedelta = timedelta(days=1)) -> digests.Report:
    return digests.send_due(timezone.now() + later)


# From the page to the first e-mail ------------------------------------------------------------------------------------


def test_a_search_is_followed_from_its_page_to_the_last_e_mail(client: Client, index: None) -> None:
    make.make_article(headline="Old drills")
    form = form_of(client, "/search/?q=drills")
    page = client.get(form)
    assert page.status_code == 200
    assert "drills" in page.content.decode()
    assert (page["X-Robots-Tag"], "no-store" in page["Cache-Control"]) == ("noindex", True)

    sent = client.post(form, TYPED)
    assert (sent.status_code, sent["Location"]) == (302, "/follow/sent/")
    assert client.get(sent["Location"]).status_code == 200
    [asking] = mail.outbox
    assert (asking.to, asking.from_email) == ([READER], "archive@archive.example")
    assert Alert.objects.get().confirmed_at is None
    assert run().sent == 0

    confirm = links(asking, "confirm")
    # A program that opens every link confirms nothing.
    assert client.get(confirm).status_code == 200
    assert Alert.objects.get().confirmed_at is None
    assert "Confirmed" in client.post(confirm).content.decode()
    mail.outbox.clear()
    assert (run().sent, mail.outbox) == (0, [])

    new = make.make_article(headline="New drills & <more>", abstract="They trained.")
    make.make_article(headline="Something else")
    make.make_article(headline="Secret drills", status="draft")
    assert run(timedelta(days=2)).sent == 1
    [digest] = mail.outbox
    assert digest.to == [READER]
    assert digest.subject.startswith("1 new: ")
    assert new.get_absolute_url() in digest.body
    assert "New drills & <more>\n13 September 2014\nThey trained.\n" in digest.body
    for other in ("Old drills", "Something else", "Secret"):
        assert other not in digest.body

    # RFC 8058: one POST, without cookie or login.
    address = digest.extra_headers["List-Unsubscribe"].strip("<>")
    assert digest.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in digest.body
    stop = urlsplit(address).path
    assert "<button" in client.get(stop).content.decode()
    assert Alert.objects.exists()
    mailer = Client(enforce_csrf_checks=True)
    assert mailer.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Alert.objects.exists()
    # Again, and in the browser: it is the same.
    assert mailer.post(stop).status_code == 200
    assert "no more e-mails" in client.get(stop).content.decode()


def test_lists_are_followed_with_their_filters_and_in_the_language_of_the_reader(client: Client) -> None:
    topic = make.make_topic(name="Drills", name_ru="Учения")
    page = f"/events/?topic={topic.slug}&page=1&sort=oldest"
    form = form_of(client, f"/ru{page}")
    assert form.startswith("/ru/follow/")
    following(page, prefix="/ru")
    event = make.make_event(name="Peace Mission", name_ru="Мирная миссия", topics=[topic])
    make.make_event()
    assert run().sent == 1
    [digest] = mail.outbox
    assert "Учения" in digest.subject
    assert "Мирная миссия" in digest.body
    assert f"/ru{event.get_absolute_url()}" in digest.body
    assert f"/ru/events/?topic={topic.slug}" in digest.body
    assert "page=1" not in digest.body
    assert "/ru/follow/stop/" in digest.extra_headers["List-Unsubscribe"]


def test_without_mail_nothing_is_offered(client: Client, settings: Any) -> None:
    alert = following("/articles/")
    settings.SENDS_MAIL = False
    assert "/follow/" not in client.get("/articles/").content.decode()
    assert client.get("/follow/?of=/articles/").status_code == 404
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("send_alerts")
    # Who was promised that it ends, ends it.
    assert client.post(urlsplit(digests.farewell(alert)).path).status_code == 200
    assert not Alert.objects.exists()


def test_pages_without_results_are_not_offered(client: Client) -> None:
    for page in ("/", "/events/?colour=red", make.make_topic().get_absolute_url(), "/topics/"):
        assert "/follow/" not in client.get(page).content.decode(), page


def test_the_form_is_no_other_format_of_the_page(client: Client) -> None:
    head = client.get("/articles/").content.decode().partition("</head>")[0]
    assert 'rel="alternate"' in head
    assert "/follow/" not in head


# What is new ----------------------------------------------------------------------------------------------------------


def test_every_record_is_told_of_once_and_only_when_it_became_public() -> None:
    following("/articles/")
    draft = make.make_article(status="draft")
    old = make.make_article()
    gone = make.make_article()
    withdraw(gone, by="ed", why="A hoax.")
    assert run(timedelta(days=1)).sent == 1
    assert old.get_absolute_url() in mail.outbox[0].body
    assert gone.get_absolute_url() not in mail.outbox[0].body

    old.headline = "Edited"
    old.save()
    # Of what is a day old in the log, not of what is a day old.
    publish(draft, by="ed")
    back = make.make_article(first_public_at=timezone.now() - timedelta(days=900))
    assert run(timedelta(days=2)).sent == 1
    body = mail.outbox[1].body
    assert [one.get_absolute_url() in body for one in (old, draft, back, gone)] == [False, True, True, False]
    assert run(timedelta(days=3)).nothing_new == 1
    assert len(mail.outbox) == 2


def test_a_run_again_sends_nothing_and_a_week_is_a_week() -> None:
    following("/articles/")
    following("/events/", frequency="weekly")
    make.make_coverage()
    assert (run().sent, run().sent) == (1, 0)
    make.make_article()
    assert run(timedelta(days=1, hours=2)).sent == 0
    assert run(timedelta(days=2)).sent == 1
    assert run(timedelta(days=7)).sent == 1
    assert ["Articles" in one.subject for one in mail.outbox] == [True, True, False]


def test_many_are_named_up_to_a_number_and_the_rest_is_a_link_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "MOST", 2)
    following("/articles/")
    for _ in range(5):
        make.make_article()
    run()
    [digest] = mail.outbox
    assert digest.subject == "5 new: Articles"
    assert "And 3 more:" in digest.body
    assert len(re.findall(r"/articles/headline-\d+/", digest.body)) == 2


class _Failing(EmailBackend):
    """Refuses one address, as a mail server does."""

    error: Exception = smtplib.SMTPRecipientsRefused({"broken@example.org": (550, b"broken@example.org: no such user")})

    def send_messages(self, messages: Any) -> int:
        if any(one.to == ["broken@example.org"] for one in messages):
            raise self.error
        return super().send_messages(messages)


def test_one_address_that_fails_stops_no_other_and_is_in_no_log(
    settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = following("/articles/", email="broken@example.org")
    following("/articles/")
    article = make.make_article()
    settings.EMAIL_BACKEND = f"{__name__}._Failing"
    caplog.set_level(logging.DEBUG)
    output = StringIO()
    Alert.objects.update(checked_at=timezone.now() - timedelta(days=2))
    with pytest.raises(CommandError, match="1 alerts failed"):
        call_command("send_alerts", stdout=output, stderr=output)
    assert "1 sent" in output.getvalue()
    assert [one.to for one in mail.outbox] == [[READER]]
    assert "example.org" not in caplog.text + output.getvalue()
    assert f"alert {broken.pk}: not sent (SMTPRecipientsRefused)" in caplog.text
    # The next run tells it of the same.
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run(timedelta(0)).sent == 1
    assert article.get_absolute_url() in mail.outbox[-1].body


def test_an_address_that_is_refused_for_long_is_given_up(settings: Any) -> None:
    following("/articles/", email="broken@example.org")
    make.make_article()
    settings.EMAIL_BACKEND = f"{__name__}._Failing"
    for day in range(1, 11):
        assert Alert.objects.exists()
        assert run(timedelta(days=day)).failed == 1
    assert not Alert.objects.exists()


def test_a_server_that_takes_nothing_ends_the_run_and_costs_nobody_anything(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {"alerts": (Limit(1000, 600),)})
    for n in range(8):
        following("/articles/", email=f"reader{n}@example.org")
    make.make_article()
    with monkeypatch.context() as broken:

        def refuse(*args: Any) -> int:
            raise smtplib.SMTPServerDisconnected("gone")

        broken.setattr(EmailBackend, "send_messages", refuse)
        assert run().failed == 5
    assert Alert.objects.filter(failures=0).count() == 8
    assert run().sent == 8

    def closed(self: Any) -> None:
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr(EmailBackend, "open", closed)
    Alert.objects.update(checked_at=timezone.now() - timedelta(days=2))
    with pytest.raises(CommandError, match="nothing was sent: ConnectionRefusedError"):
        call_command("send_alerts", stdout=StringIO())


def test_two_runs_at_once_send_once(monkeypatch: pytest.MonkeyPatch) -> None:
    following("/articles/")
    make.make_article()
    written = digests._digest

    def while_another_runs(*args: Any) -> Any:
        monkeypatch.setattr(digests, "_digest", written)
        assert run().sent == 1
        return written(*args)

    monkeypatch.setattr(digests, "_digest", while_another_runs)
    assert run().sent == 0
    assert len(mail.outbox) == 1


def test_what_can_not_be_asked_any_more_waits() -> None:
    topic = make.make_topic()
    following(f"/articles/?topic={topic.slug}")
    article = make.make_article(topics=[topic])
    slug, pk = topic.slug, topic.pk
    article.topics.clear()
    topic.delete()
    assert run().failed == 1
    article.topics.add(make.make_topic(id=pk, slug=slug))
    assert run().sent == 1


def test_the_number_of_queries_is_constant(client: Client) -> None:
    def counted(n: int) -> int:
        Alert.objects.all().delete()
        following("/articles/")
        for _ in range(n):
            make.make_article(topics=[make.make_topic()], publisher=make.make_publisher())
        with CaptureQueriesContext(connection) as captured:
            assert run().sent == 1
        return len(captured)

    counted(1)
    assert counted(2) == counted(9)

    def of_form() -> int:
        client.get("/follow/?of=/articles/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/follow/?of=/articles/")
        return len(captured)

    few = of_form()
    for _ in range(5):
        make.make_article(topics=[make.make_topic()])
    assert of_form() == few > 0


# Requests -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email",
    [
        "", "reader", "reader@", "@example.org", "reader@example.org\nBcc: all@example.org", "a@b.org,c@d.org",
        f"{'a' * 300}@b.org",
        "reader@example.org\r\n\r\nBuy!", "reader\0@example.org", "Reader <reader@example.org>", "reader@exam\u2028ple.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_so(client: Client, email: str) -> None:
    answer = client.post("/follow/?of=/articles/", {**TYPED, "email": email})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert mail.outbox == []
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    "page",
    [
        "", "/", "/about/", "https://evil.example/articles/", "//evil.example/articles/", "/articles", "/articles/?topic=none",
        "/articles/?colour=red", "/search/?q=" + "a" * 10_000, "/search/?q=" + "a" * 600, "/search/?in=planets", "/events/?year=x",
        "/articles/?" + "&".join(f"kind={n}" for n in range(3000)), "/articles/\0", "http://[", "/search/?country=%00",
    ],
)  # fmt: skip
def test_what_can_not_be_followed_is_told_so(client: Client, page: str, index: None) -> None:
    for method in (client.get, client.post):
        answer = method(f"/follow/?of={quote(page)}", TYPED if method == client.post else {})
        assert answer.status_code == (414 if len(quote(page)) > MOST_OF_ADDRESS else 400), page
    assert mail.outbox == []


def test_hostile_words_of_a_search_stay_words(client: Client, index: None) -> None:
    for words in ('"><script>alert(1)</script>', "drills\r\nBcc: all@example.org", "{{ settings }}", "«Мир» 上合"):
        answer = client.get(f"/follow/?of={quote('/search/?q=' + quote(words))}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        following(f"/search/?q={quote(words)}", email=f"r{len(words)}@example.org")
    make.make_article(headline='"><script>alert(1)</script> drills Bcc: all@example.org settings «Мир» 上合')
    assert run().sent
    for message in mail.outbox:
        assert message.recipients() == message.to
        assert "\n" not in message.subject
        message.message()


def test_programs_that_fill_in_every_field_get_no_e_mail_sent(client: Client) -> None:
    assert client.post("/follow/?of=/articles/", {**TYPED, "website": "x"}).status_code == 302
    assert (mail.outbox, Alert.objects.count()) == ([], 0)


def test_a_client_asks_so_often_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {"alerts": (Limit(2, 600),)})
    for n in range(2):
        assert client.post("/follow/?of=/articles/", {**TYPED, "email": f"r{n}@example.org"}).status_code == 302
    answer = client.post("/follow/?of=/articles/", TYPED)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert READER in answer.content.decode()
    assert len(mail.outbox) == 2


def test_an_address_is_asked_so_often_and_nobody_learns_what_it_follows(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {"alerts": (Limit(1000, 600),)})
    years = [str(year) for year in range(2001, 2009)]
    answers = [
        client.post(f"/follow/?of={quote(f'/articles/?year={year}')}", {**TYPED, "email": email})
        for year in years
        for email in (READER, READER.upper())
    ]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/follow/sent/")}
    assert len(mail.outbox) == 5


def test_who_asks_again_changes_how_often_and_gets_no_second_one(client: Client) -> None:
    alert = following("/articles/?year=2014&year=2015")
    Alert.objects.update(asked_at=timezone.now() - timedelta(days=2))
    same = following("/ru/articles/?page=3&year=2015&year=2014&utm_source=x", frequency="weekly", prefix="/ru")
    assert (same.pk, same.frequency, same.language) == (alert.pk, "weekly", "ru")
    assert same.last_change == alert.last_change


def test_what_nobody_confirms_is_forgotten(client: Client) -> None:
    client.post("/follow/?of=/articles/", TYPED)
    confirm = links(mail.outbox[0], "confirm")
    assert run(timedelta(days=2)).forgotten == 0
    assert run(timedelta(days=3, minutes=1)).forgotten == 1
    assert not Alert.objects.exists()
    assert client.post(confirm).status_code == 404


def test_a_link_expires(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/follow/?of=/articles/", TYPED)
    confirm = links(mail.outbox[0], "confirm")
    four_days = (timezone.now() + timedelta(days=4)).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: four_days)
    assert client.get(confirm).status_code == 404
    assert client.post(confirm).status_code == 404
    assert Alert.objects.get().confirmed_at is None


def test_tokens_that_are_none_are_not_found(client: Client) -> None:
    alert = following("/articles/")
    stop = urlsplit(digests.farewell(alert)).path
    confirm = urlsplit(digests.confirmation(digests.Wish(alert.pk, "daily", "en"))).path
    token = stop.split("/")[-2]
    for path in ("/follow/stop/x/", f"{stop[:-3]}/", f"/follow/confirm/{token}/", confirm.replace("confirm", "stop")):
        for method in (client.get, client.post):
            assert method(path).status_code == 404
    assert Alert.objects.exists()


def test_an_e_mail_that_is_not_sent_is_told_and_can_be_tried_again(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}._Failing"
    answer = client.post("/follow/?of=/articles/", {**TYPED, "email": "broken@example.org"})
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()
    assert not Alert.objects.exists()
    assert "example.org" not in caplog.text


def test_a_search_that_is_out_of_order_is_told(client: Client) -> None:
    assert client.get("/follow/?of=/search/").status_code == 503


def test_addresses_are_in_no_export_and_no_log_and_whole_nowhere_in_the_admin(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = Change.objects.last_number()
    alert = following("/articles/")
    make.make_article()
    run()
    assert Change.objects.filter(number__gt=before, record_type="alert").count() == 0
    assert READER not in json.dumps(list(export_rows(with_restricted=True)))
    assert READER not in caplog.text
    for page in ("/admin/archive/alert/", f"/admin/archive/alert/{alert.pk}/change/"):
        html = admin_client.get(page).content.decode()
        assert "r…@example.org" in html
        assert READER not in html
    assert admin_client.get("/admin/archive/alert/add/").status_code == 403
    assert admin_client.post(f"/admin/archive/alert/{alert.pk}/delete/", {"post": "yes"}).status_code == 403


def test_one_page_has_one_name_however_its_address_is_written() -> None:
    topic = make.make_topic()
    same = {
        followed(f"{prefix}/events/?{query}")
        for prefix in ("", "/ru", "/zh-hans")
        for query in (
            f"topic={topic.slug}&year=2014",
            f"year=2014&year=2014&topic={topic.slug}&sort=newest&page=2&city=",
        )
    }
    assert same == {Followed("events", f"topic={topic.slug}&year=2014")}
    with pytest.raises(NotFollowed):
        followed("/events/?topic=none")
