import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from archive.models import Term
from tests.factories import make_term

pytestmark = pytest.mark.django_db


def test_synonyms_are_all_names_of_a_term_its_own_first() -> None:
    make_term(
        slug="sco",
        name="Shanghai Cooperation Organisation",
        abbreviation="SCO",
        name_ru="ШОС",
        name_zh="上合组织",
        variants=["Shanghai Cooperation Organization", "Shanghai Group"],
    )
    make_term(slug="bri", name="Belt and Road Initiative", variants=["One Belt One Road"])
    assert Term.objects.synonyms() == [
        ("Belt and Road Initiative", "One Belt One Road"),
        (
            "Shanghai Cooperation Organisation",
            "SCO",
            "ШОС",
            "上合组织",
            "Shanghai Cooperation Organization",
            "Shanghai Group",
        ),
    ]


# Where an ambiguous name stands too, how it is written there, and how in the list of ambiguous ones.
@pytest.mark.parametrize(
    ("field", "written", "listed"),
    [
        ("name", "Entry", "entry"),
        ("abbreviation", "IS", "is"),
        ("abbreviation", "is", "IS"),
        ("name_ru", "Учения", "учения"),
        ("name_zh", "演习", "演习"),
        ("variants", ["Drills"], "drills"),
        ("variants", ["war  games "], "War games"),
        ("variants", ["STRASSE"], "straße"),
    ],
)
def test_an_ambiguous_name_is_no_synonym_wherever_it_stands(field: str, written: str | list[str], listed: str) -> None:
    make_term(**{"name": "joint exercise", "variants": ["joint drill"], field: written, "ambiguous": [listed]})
    make_term(name="unambiguous", variants=["plain"])
    names = {name for group in Term.objects.synonyms() for name in group}
    assert {"unambiguous", "plain"} <= names
    assert not {name.casefold() for name in names} & {listed.casefold(), "war  games "}


def test_what_is_ambiguous_for_one_term_may_be_plain_for_another() -> None:
    make_term(slug="a", name="joint anti-terrorist exercise", abbreviation="JATE", ambiguous=["Antiterror"])
    make_term(slug="b", name="counter-terrorism", variants=["antiterror"])
    assert Term.objects.synonyms() == [("joint anti-terrorist exercise", "JATE"), ("counter-terrorism", "antiterror")]


def test_a_spelling_counts_once_and_a_name_alone_is_no_synonym() -> None:
    make_term(slug="nato", name="Nato", abbreviation="NATO", variants=["nato", "North Atlantic alliance"])
    make_term(slug="alone", name="Observer", variants=["observer"])
    make_term(slug="left-alone", name="accession", abbreviation="A", variants=["entry"], ambiguous=["Entry", "a"])
    assert Term.objects.synonyms() == [("Nato", "North Atlantic alliance")]


def test_synonyms_take_one_query_and_can_be_narrowed(django_assert_num_queries: object) -> None:
    for n in range(5):
        make_term(slug=f"t-{n}", category="threat" if n else "sco", variants=[f"variant {n}"])
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(Term.objects.synonyms()) == 5
    assert len(Term.objects.filter(category="threat").synonyms()) == 4


NAMES = st.text("aAbB ßЖж李", min_size=1, max_size=3).filter(str.strip)


class AnyNames(TestCase):
    @given(variants=st.lists(NAMES, max_size=6), ambiguous=st.lists(NAMES, max_size=4))
    def test_a_group_has_several_names_none_twice_and_none_ambiguous(
        self, variants: list[str], ambiguous: list[str]
    ) -> None:
        Term.objects.create(
            slug="t", name="name", category="sco", definition="…", source="…", variants=variants, ambiguous=ambiguous
        )
        for group in Term.objects.synonyms():
            folded = [" ".join(name.casefold().split()) for name in group]
            assert len(folded) == len(set(folded)) >= 2
            assert not set(folded) & {" ".join(name.casefold().split()) for name in ambiguous}


# What a term must have ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"category": "poetry"}, "category"),
        ({"definition": ""}, "definition"),
        ({"source": ""}, "__all__"),
        ({"ambiguous": "IS"}, "ambiguous"),
        ({"ambiguous": [""]}, "ambiguous"),
        ({"related": [1]}, "related"),
        ({"confidence": "none"}, "confidence"),
    ],
)
def test_what_is_not_a_term_is_refused(fields: dict[str, object], refused: str) -> None:
    with pytest.raises(ValidationError) as error:
        make_term(**fields)
    assert refused in error.value.message_dict


@pytest.mark.parametrize("fields", [{"category": "poetry"}, {"source": ""}, {"confidence": "none"}])
def test_the_database_refuses_it_too(fields: dict[str, object]) -> None:
    term = make_term()
    with pytest.raises(IntegrityError):
        Term.objects.filter(pk=term.pk).update(**fields)


def test_a_term_stands_on_the_page_of_the_glossary() -> None:
    assert make_term(slug="rats").get_absolute_url() == "/help/glossary/#rats"
