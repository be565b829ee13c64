"""Each page in the language of its address: names, order, dates, links; and nothing of one language in another."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import translation

from archive import search
from archive.formats.records import export_rows
from archive.languages import in_language, sort_key
from archive.models import Article, Change, Country, Event, Participant
from archive.overview import overview
from archive.search.documents import all_documents
from archive.templatetags.archive import number
from archive.views.errors import server_error
from scosite import urls
from tests import factories as make

OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
PREFIXES = {"en": "", "ru": "/ru", "zh-hans": "/zh-hans"}


@pytest.fixture
def archive(db: None) -> Event:
    """Something of each kind, by three names; some without a Russian or a Chinese one."""
    russia = make.make_country(name="Russia", name_ru="Россия", name_zh="俄罗斯")
    plain = make.make_country(name="Nowhere")
    city = make.make_city(name="Moscow", slug="moscow", name_ru="Москва", name_zh="莫斯科", country=russia)
    topic = make.make_topic(name="Drug trafficking", name_ru="Наркотрафик", name_zh="贩毒")
    series = make.make_series(name="Council of Heads of State", name_ru="Совет глав государств", name_zh="元首理事会")
    person = make.make_participant(
        name="Sergey Lavrov", slug="lavrov", name_ru="Сергей Лавров", name_zh="拉夫罗夫", country=russia
    )
    event = make.make_event(
        name="A summit", name_ru="Саммит", city=city, series=series, topics=[topic], host_countries=[russia, plain]
    )
    publisher = make.make_publisher(name="Xinhua", name_ru="Синьхуа", name_zh="新华社")
    article = make.make_article(
        headline="Ministers meet", slug="ministers-meet", publisher=publisher, topics=[topic], countries=[russia, plain],
        participants=[person], abstract="They met.", dateline="MOSCOW", dateline_city=city,
    )  # fmt: skip
    make.make_coverage(article=article, event=event)
    make.make_attendance(event=event, participant=person)
    make.make_delegation(event=event, country=russia)
    found: Event = event
    return found


def addresses() -> list[str]:
    return [
        *("/", "/about/", "/help/search/", "/help/glossary/", "/events/", "/articles/", "/years/", "/years/2014/"),
        *("/cities/", "/topics/", "/participants/", "/countries/", "/series/", "/publishers/", "/search/?q=moscow"),
        *("/search/?q=lavrov&in=participants", "/search/facet/?key=country"),
        *(
            record.get_absolute_url()
            for model in (Article, Event, Country, Participant)
            for record in model.objects.all()
        ),
    ]


# What a page says of its language -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("archive", "index")
def test_each_page_says_its_language_and_leads_to_itself_in_the_others(client: Client) -> None:
    for address in addresses():
        for language, prefix in PREFIXES.items():
            response = client.get(prefix + address)
            page = response.content.decode()
            assert response.status_code == 200, (language, address)
            assert response["Content-Language"] == language
            assert "Accept-Language" not in response.get("Vary", "")
            assert f'<html lang="{language}"' in page
            escaped = address.replace("&", "&amp;")
            for other, other_prefix in PREFIXES.items():
                there = f"{other_prefix}{escaped}"
                absolute = f'hreflang="{other}" href="{settings.SITE_URL}{there}"'
                assert absolute in page, (language, address)
                link = f'<a href="{there}" lang="{other}" hreflang="{other}">'
                assert (link in page) is (other != language), (language, other, address)
            assert f'hreflang="x-default" href="{settings.SITE_URL}{escaped}"' in page
            assert f'<link rel="canonical" href="{settings.SITE_URL}{prefix}{escaped}">' in page


@pytest.mark.django_db
def test_what_others_add_to_links_is_not_part_of_an_address(client: Client) -> None:
    page = client.get("/ru/years/?utm_source=x&ref=y").content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_URL}/ru/years/">' in page


@pytest.mark.django_db
def test_neither_headers_nor_cookies_choose_the_language(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    response = client.get("/", headers={"accept-language": "ru"})
    assert response["Content-Language"] == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/ru/admin/", "/zh-hans/healthz", "/ru/readyz", "/fr/", "/ru-RU/"])
def test_the_admin_and_what_machines_ask_stand_outside(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_address_in_another_language_has_its_prefix() -> None:
    assert in_language("/events/", "ru") == "/ru/events/"
    assert in_language("/ru/events/", "zh-hans") == "/zh-hans/events/"
    assert in_language("/zh-hans/", "en") == "/"
    assert in_language("/russia/", "ru") == "/ru/russia/"


# Links and redirects --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("archive", "index")
@pytest.mark.parametrize("language", OTHERS)
def test_links_stay_in_the_language(client: Client, language: str) -> None:
    """Every address of ours on a page is one in its language, but for the switch, the admin and files."""
    for address in addresses():
        page = client.get(PREFIXES[language] + address).content.decode()
        without_switch = re.sub(r'<nav class="languages".*?</nav>', "", page, flags=re.DOTALL)
        links = re.findall(r'(?:href|action|data-suggest)="(/[^"]*)"', without_switch)
        elsewhere = ("/static/", "/admin/", "/oai", "/opensearch.xml", "/sitemap.xml", "/dumps/", "/api/v1/")
        strays = [link for link in links if not link.startswith((f"/{language}/", *elsewhere))]
        assert not strays, (address, strays)


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_redirects_keep_the_language(client: Client, language: str) -> None:
    event = make.make_event(slug="old")
    event.slug = "new"
    event.save()
    country = make.make_country()
    assert client.get(f"/{language}/events/old/")["Location"] == f"/{language}/events/new/"
    assert client.get(f"/{language}/events/old/").status_code == 301
    assert client.get(f"/{language}/countries/{country.iso2}/")["Location"].startswith(f"/{language}/countries/")
    assert client.get(f"/{language}/events")["Location"] == f"/{language}/events/"


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "prefix"), PREFIXES.items())
def test_errors_are_told_in_the_language_of_the_address(client: Client, language: str, prefix: str) -> None:
    make.make_event(slug="gone", status="withdrawn")
    for address, status in {
        "/no-such-page/": 404,
        "/events/no-such-event/": 404,
        "/events/gone/": 410,
        "/events/?colour=red": 400,
        "/search/?page=x": 400,
    }.items():
        response = client.get(prefix + address)
        assert (response.status_code, response["Content-Language"]) == (status, language), address
        page = response.content.decode()
        assert f'<html lang="{language}"' in page
        if status in (404, 410):
            assert 'rel="canonical"' not in page
            assert 'rel="alternate"' not in page


def _broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "prefix"), PREFIXES.items())
def test_a_wrong_host_is_told_in_the_language_of_the_address(client: Client, language: str, prefix: str) -> None:
    for host in ("evil.example", "a b", "[::", "x" * 300):
        response = client.get(f"{prefix}/events/?year=2014", headers={"host": host})
        page = response.content.decode()
        assert response.status_code == 400, host
        assert f'<html lang="{language}"' in page
        assert host not in page
        assert "Traceback" not in page
        assert f"{settings.SITE_URL}{prefix}/events/?year=2014" in page


@pytest.mark.django_db
def test_a_page_is_cited_by_its_own_address(client: Client) -> None:
    page = client.get("/ru/events/?year=2014&utm_source=x", headers={"host": "localhost:81"}).content.decode()
    cited = re.search(r'<p class="cited">(.*?)</p>', page, re.DOTALL)
    assert cited
    assert f"{settings.SITE_URL}/ru/events/?year=2014," in cited[1]


class _Addresses:
    urlpatterns = [*urls.urlpatterns, path("ru/broken/", _broken), path("broken/", _broken)]
    handler500 = "archive.views.errors.server_error"


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_a_fault_is_told_in_the_language_of_the_address(client: Client, settings: object) -> None:
    settings.ROOT_URLCONF = _Addresses  # type: ignore[attr-defined]
    response = client.get("/ru/broken/")
    assert response.status_code == 500
    assert '<html lang="ru">' in response.content.decode()
    assert 'href="/ru/"' in response.content.decode()
    assert '<html lang="en">' in client.get("/broken/").content.decode()


def test_a_fault_before_the_language_is_known_is_told_in_it_too() -> None:
    request = HttpRequest()
    request.path_info = "/zh-hans/events/"
    assert '<html lang="zh-hans">' in server_error(request).content.decode()


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("archive", "index")
def test_names_are_those_of_the_readers_language_whatever_was_asked_before(client: Client) -> None:
    """The same process answers in one language after the other, and again: nothing that is kept crosses over."""
    russian = ("Россия", "Москва", "Наркотрафик", "Сергей Лавров", "Саммит", "Синьхуа", "Совет глав государств")
    chinese = ("俄罗斯", "莫斯科", "贩毒", "拉夫罗夫", "新华社", "元首理事会")
    english = (
        "Russia",
        "Moscow",
        "Drug trafficking",
        "Sergey Lavrov",
        "A summit",
        "Xinhua",
        "Council of Heads of State",
    )
    pages = ["/", "/events/", "/articles/", "/cities/", "/topics/", "/participants/", "/countries/", "/series/"]
    pages += ["/publishers/", "/articles/ministers-meet/", "/search/?q=year:2014&in=events", "/cities/moscow/"]
    for _again in range(2):
        for language, prefix in PREFIXES.items():
            for address in pages:
                page = _readable(client.get(prefix + address).content.decode())
                for name in {"en": (*russian, *chinese), "ru": chinese, "zh-hans": russian}[language]:
                    # "A summit" has no Chinese name.
                    assert name not in page, (language, address, name)
            together = "".join(client.get(prefix + address).content.decode() for address in pages)
            for name in {"en": english, "ru": russian, "zh-hans": (*chinese, "A summit")}[language]:
                assert name in together, (language, name)


def _readable(page: str) -> str:
    """Without the switch, without what is told of other names, and without what is data for machines."""
    others = r'<nav class="languages".*?</nav>|<dd><span lang="(?:en|ru|zh)".*?</dd>'
    data = r'<script type="application/ld.json">.*?</script>'
    return re.sub(f"{others}|{data}", "", page, flags=re.DOTALL)


@pytest.mark.usefixtures("archive", "index")
def test_what_is_left_in_english_says_so() -> None:
    client = Client()
    page = client.get("/zh-hans/events/").content.decode()
    assert re.search(r'<h3><a href="/zh-hans/events/[^"]*" lang="en">A summit</a></h3>', page)
    assert '<a href="/zh-hans/countries/' in page
    assert re.search(r'lang="en">Nowhere<', page)
    assert not re.search(r'lang="[^"]*">俄罗斯<', page)
    assert re.search(r' lang="en">Ministers meet</a></h3>', client.get("/ru/articles/").content.decode())
    assert 'lang="en">' not in re.sub(r"<html[^>]*>", "", _readable(client.get("/events/").content.decode()))


@pytest.mark.django_db
def test_an_article_in_russian_says_so_on_an_english_page(client: Client) -> None:
    make.make_article(headline="Министры встретились", language="ru")
    assert ' lang="ru">Министры встретились<' in client.get("/articles/").content.decode()
    assert ' lang="ru">Министры встретились<' not in client.get("/ru/articles/").content.decode()


def test_names_are_sorted_as_the_language_does() -> None:
    with translation.override("ru"):
        assert sorted(["Ёлкино", "Яровое", "Zanzibar", "Ельня", "Жуковский"], key=sort_key) == [
            *("Ёлкино", "Ельня", "Жуковский", "Яровое", "Zanzibar"),
        ]
    with translation.override("zh-hans"):
        # āfùhàn, bāxī, èluósī, hāsàkè, yìndù, zhōngguó
        names = ["中国", "印度", "俄罗斯", "哈萨克斯坦", "巴西", "阿富汗", "Atlantis"]
        assert sorted(names, key=sort_key) == ["阿富汗", "巴西", "俄罗斯", "哈萨克斯坦", "印度", "中国", "Atlantis"]
    assert sorted(["b", "A", "a"], key=sort_key) == ["A", "a", "b"]


@pytest.mark.django_db
def test_lists_stand_in_the_order_of_their_language(client: Client) -> None:
    for name, russian, chinese in (
        ("Alpha", "Яков", "中"),
        ("Beta", "Борис", "阿"),
        ("Gamma", "Анна", "巴"),
        ("Delta", "", ""),
    ):
        make.make_topic(name=name, name_ru=russian, name_zh=chinese)
    for prefix, expected in {
        "": ["Alpha", "Beta", "Delta", "Gamma"],
        "/ru": ["Анна", "Борис", "Яков", "Delta"],
        "/zh-hans": ["阿", "巴", "中", "Delta"],
    }.items():
        page = client.get(f"{prefix}/topics/").content.decode()
        assert re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page) == expected


@pytest.mark.usefixtures("archive")
def test_suggestions_are_in_the_readers_language(client: Client) -> None:
    def suggested(address: str) -> list[tuple[str, str, str]]:
        return [(one["name"], one["also"], one["url"]) for one in client.get(address).json()]

    assert suggested("/ru/search/suggest/?q=lavrov") == [("Сергей Лавров", "Sergey Lavrov", "/ru/participants/lavrov/")]
    assert suggested("/ru/search/suggest/?q=лавров") == [("Сергей Лавров", "", "/ru/participants/lavrov/")]
    assert suggested("/search/suggest/?q=лавров") == [("Sergey Lavrov", "Сергей Лавров", "/participants/lavrov/")]


@pytest.mark.usefixtures("archive", "index")
def test_the_query_language_is_the_same_in_all_languages(client: Client) -> None:
    for query in ("country:Russia", "city:moscow", "kind:news", "year:2014", "title:ministers OR zzz"):
        found = {
            prefix: re.findall(r"/articles/([a-z-]+)/", client.get(f"{prefix}/search/?q={query}").content.decode())
            for prefix in PREFIXES.values()
        }
        assert found[""], query
        assert set(map(tuple, found.values())) == {tuple(found[""])}, query


# What is no page is English ---------------------------------------------------------------------------------------------


@pytest.fixture(params=[*OTHERS])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """Another language is active."""
    with translation.override(request.param):
        yield request.param


@pytest.mark.usefixtures("archive")
def test_the_index_and_the_export_are_the_same_whatever_language_is_active(elsewhere: str) -> None:
    here = list(all_documents()), list(export_rows(with_restricted=True))
    with translation.override("en"):
        assert here == (list(all_documents()), list(export_rows(with_restricted=True)))
    assert here[0]
    assert here[1]


@pytest.mark.usefixtures("archive")
def test_the_change_log_is_the_same_whatever_language_is_active(elsewhere: str) -> None:
    event = Event.objects.get()
    event.summary = "Changed."
    event.save()
    last = Change.objects.latest("number")
    with translation.override("en"):
        event.save()
        again = Change.objects.latest("number")
    assert (last.record_key, last.version_sha256) == (again.record_key, again.version_sha256)


@pytest.mark.usefixtures("archive", "index")
def test_an_index_that_follows_from_a_page_in_russian_is_the_one_that_is_built_in_english(client: Client) -> None:
    make.make_city(name="Ufa", name_ru="Уфа", country=Country.objects.get(name="Russia"))
    Event.objects.update(summary="A change that the index has to follow.")
    client.get("/ru/search/?q=follow&in=events")
    with translation.override("ru"):
        assert search.check_index().is_clean
    assert search.check_index().is_clean


@pytest.mark.usefixtures("archive")
def test_what_follows_an_answer_is_english_again(client: Client) -> None:
    client.get("/ru/")
    assert translation.get_language() == "en"
    assert overview().cities[0].name == "Moscow"


@pytest.mark.usefixtures("archive")
def test_the_admin_is_english(admin_client: Client) -> None:
    admin_client.get("/ru/")
    page = admin_client.get("/admin/archive/city/").content.decode()
    assert "Moscow" in page
    assert "Москва" not in page


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("archive", "index")
@pytest.mark.parametrize("address", ["/", "/years/", "/timeline/", "/map/", "/coverage/"])
def test_pictures_are_drawn_in_numbers_that_svg_understands(client: Client, address: str) -> None:
    """Russian writes 12,5: between the quotation marks of a drawing it has to be 12.5."""
    page = client.get(f"/ru{address}").content.decode()
    drawn = re.findall(r'\s(?:x|y|x1|x2|y1|y2|cx|cy|r|rx|width|height)="([^"]*)"', page)
    assert drawn
    assert [number for number in drawn if not re.fullmatch(r"-?\d*\.?\d+(?:e-?\d+)?%?", number)] == []


def test_numbers_stand_as_the_language_writes_them() -> None:
    assert number(10_000) == "10,000"
    with translation.override("ru"):
        assert number(10_000) == "10\xa0000"
    with translation.override("zh-hans"):
        assert number(10_000) in ("10,000", "1,0000", "10000")
