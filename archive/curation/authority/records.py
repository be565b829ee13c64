"""Countries, cities, people, offices, statuses and terms of the authority file."""

import re

from django.utils.text import slugify

from archive import dates
from archive.curation.authority.tables import CONFIDENT, REVIEWED, Authority, Tables, read_table
from archive.curation.authority.text import names, sentences, split, typeset

STANDINGS = {
    "Shanghai Five participant": "shanghai-five-participant",
    "founding member": "founding-member",
    "member": "member",
    "observer": "observer",
    "dialogue partner": "dialogue-partner",
    "SCO partner": "sco-partner",
    "accession procedure opened": "procedure-opened",
    "memorandum of obligations signed": "memorandum-signed",
}
TERM_CATEGORIES = {
    "SCO body or document": "sco",
    "policy term": "policy",
    "threat term": "threat",
    "military term": "military",
    "other organisation": "organisation",
    "place or region": "place",
    "spelling pair": "spelling",
}
CITY_KINDS = {"city": "city", "town": "town", "training ground": "site"}
ORGANISATIONS = {
    "SCO Secretariat": "sco-secretariat",
    "SCO RATS": "sco-rats",
    "Xinhua": "xinhua",
    "ASEAN": "asean",
    "CSTO": "csto",
    "National Defence University of the PLA": "national-defence-university-pla",
    "Federal Security Service of Russia": "federal-security-service-russia",
    "De La Salle University, Manila": "de-la-salle-university",
}


def countries(source: Authority, tables: Tables) -> None:
    for row in source.rows("countries"):
        named = names(row["name"], row["russian_name"], row["chinese_name"], split(row["alt_names"]))
        official = row["official_name"].split(" (")[0]
        tables.add("country", {"iso2": row["iso2"], "iso3": row["iso3"], "official_name": official, **named})


def cities(source: Authority, tables: Tables) -> None:
    """All places of the file: of a place whose position is not sure the name goes in and the coordinates stay out."""
    notes = {row["city"]: row["note"] for row in source.decided("cities")}
    for row in read_table(source.folder / "cities.csv"):
        slug = row["place_id"].removeprefix("PL-")
        is_sure = row["confidence"] in CONFIDENT
        unsure = "" if is_sure else "Coordinates are left open: only an approximate place is known"
        fields = {
            "slug": slug,
            "kind": CITY_KINDS[row["place_type"]],
            "country": [row["country_iso2"]],
            "latitude": f"{float(row['latitude']):.5f}" if is_sure else None,
            "longitude": f"{float(row['longitude']):.5f}" if is_sure else None,
            "note": sentences(notes.get(slug, ""), row["notes"], unsure),
            **names(row["name"], row["russian_name"], row["chinese_name"], split(row["alt_names"])),
        }
        tables.add("city", fields)


def people(source: Authority, tables: Tables) -> None:
    for row in source.rows("officials"):
        named = names(row["canonical_name"], row["russian"], row["chinese"], split(row["variants"]))
        country = [row["country_iso2"]] if row["country_iso2"] else None
        person = {"slug": row["person_id"], "kind": "person", "country": country, "description": "", **named}
        tables.add("participant", {**person, **REVIEWED})


def offices(source: Authority, tables: Tables) -> None:
    for row in source.rows("officials"):
        years_only = row["date_precision"] == "year"
        start, end = (row[name][:4] if years_only else row[name] for name in ("from_date", "to_date"))
        term = "" if start and end else row["term_text"]
        if unended := re.match(r"no end date recorded(?:; )?(.*)", term):
            term = ""
        if not (start or end or term) and row["attested"]:
            days = [dates.show(day) for day in split(row["attested"], ";")]
            term = f"attested {', '.join(days)}"
        remark = unended[1][:1].upper() + unended[1][1:] if unended else ""
        is_less_sure = row["term_confidence"] == "medium" and row["confidence"] == "high"
        of = row["organisation"]
        if of not in source.country_codes and of not in ORGANISATIONS:
            source.problems.append(f"{row['row_id']}: “{of}” is neither a country nor a known organisation.")
            continue
        fields = {
            "participant": [row["person_id"]],
            "title": row["office"].replace("Councilor", "Councillor"),
            "country": [source.country_codes[of]] if of in source.country_codes else None,
            "organisation": [ORGANISATIONS[of]] if of in ORGANISATIONS else None,
            "start": start,
            "end": end,
            "term": typeset(term),
            "source_article": None,
            "source": source.sources(row["source"]),
            "confidence": row["confidence"],
            "note": sentences(
                row["notes"], remark, "The dates of the term are of medium confidence" if is_less_sure else ""
            ),
        }
        tables.add("office", fields)
        known = tables["office"][(row["person_id"], fields["title"], start)]
        if not (known["start"] or known["end"]):
            known["term"] = known["term"] or fields["term"]


def statuses(source: Authority, tables: Tables) -> None:
    for row in source.rows("status_changes"):
        slug = source.slugs.get(row["meeting_id"])
        decided = f"Decided at: {row['decided_at_event']}" if row["decided_at_event"] else ""
        fields = {
            "country": [row["iso2"]],
            "status": STANDINGS[row["status"]],
            "kind": "status" if row["change_type"] == "status" else "step",
            "start": row["from_date"],
            "end": row["to_date"],
            "basis": row["from_basis"],
            "event": [slug] if slug else None,
            "source_article": None,
            "source": source.sources(row["source"]),
            "confidence": row["confidence"],
            "note": sentences(decided, row["notes"]),
        }
        tables.put("countrystatus", fields)


def terms(source: Authority, tables: Tables) -> None:
    for row in source.rows("glossary"):
        ambiguous = split(row["ambiguous_synonyms"])
        taken = {one.casefold() for one in (*ambiguous, row["abbreviation"])}
        variants = [one for one in split(row["synonyms"]) if one.casefold() not in taken]
        fields = {
            "slug": slugify(row["term"].replace("'", "-")),
            "category": TERM_CATEGORIES[row["category"]],
            "abbreviation": row["abbreviation"],
            "definition": sentences(row["definition"]),
            "ambiguous": ambiguous,
            "related": split(row["related_terms"]),
            "source_article": None,
            "source": source.sources(row["source"]),
            "confidence": row["confidence"],
            "note": sentences(row["notes"]),
            **names(typeset(row["term"]), row["russian"], row["chinese"], variants),
        }
        tables.put("term", fields)
