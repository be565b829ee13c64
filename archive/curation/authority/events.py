"""Meetings and exercises of the authority file as events, with where their facts come from."""

import re
from dataclasses import dataclass

from django.utils.text import slugify

from archive.curation.authority.composed import compose_names
from archive.curation.authority.tables import REVIEWED, Authority, Fields, Row, Tables
from archive.curation.authority.text import MONTHS, by_script, names, split


@dataclass(frozen=True, slots=True)
class Body:
    """How the meetings of a body become events: series, kind, topics; name and slug begin with `name` and `slug`."""

    series: str
    kind: str
    topics: tuple[str, ...]
    name: str
    slug: str


_MINISTERS = "ministerial-meeting"
BODIES = {
    "S5": Body("shanghai-five-summits", "summit", ("institutions", "border-security"), "Shanghai Five summit", ""),
    "CHS": Body("council-of-heads-of-state", "summit", ("institutions",), "Council of Heads of State", ""),
    "CHG": Body(
        "council-of-heads-of-government",
        "summit",
        ("economic-cooperation",),
        "Council of Heads of Government",
        "heads-of-government",
    ),
    "CFM": Body(
        "council-of-foreign-ministers",
        _MINISTERS,
        ("institutions",),
        "Council of Foreign Ministers",
        "foreign-ministers",
    ),
    "DEF": Body(
        "defence-ministers", _MINISTERS, ("defence-cooperation",), "Meeting of Defence Ministers", "defence-ministers"
    ),
    "NSC": Body(
        "security-council-secretaries",
        _MINISTERS,
        ("counter-terrorism", "law-enforcement"),
        "Meeting of Security Council Secretaries",
        "security-council-secretaries",
    ),
    "INT": Body(
        "interior-ministers",
        _MINISTERS,
        ("law-enforcement", "organised-crime"),
        "Meeting of Ministers of Interior and Public Security",
        "interior-ministers",
    ),
    "PROS": Body(
        "prosecutors-general", _MINISTERS, ("law-enforcement",), "Meeting of Prosecutors General", "prosecutors-general"
    ),
    "JUST": Body(
        "justice-ministers", _MINISTERS, ("law-enforcement",), "Meeting of Ministers of Justice", "justice-ministers"
    ),
    "DRUG": Body(
        "anti-drug-heads",
        _MINISTERS,
        ("drug-trafficking",),
        "Meeting of Heads of Anti-Drug Agencies",
        "anti-drug-heads",
    ),
    "RATS": Body("rats-council", "council-session", ("counter-terrorism",), "RATS Council", "rats-council"),
}

EXERCISE_TOPICS = {
    "armed forces": ("counter-terrorism", "defence-cooperation", "joint-exercises"),
    "border operation (RATS)": ("border-security", "counter-terrorism"),
    "online counter-terrorism (RATS)": ("counter-terrorism", "information-security", "joint-exercises"),
}
EXERCISE_SERIES = {
    "early SCO drills": "early-exercises",
    "Peace Mission": "peace-mission",
    "Tian-Shan": "tian-shan",
    "Interaction": "interaction",
    "Xiamen": "xiamen-exercises",
    "border operations": "border-operations",
}
# What an event of the source documents lacks that no row of the file is about.
UNNAMED: Fields = {"name_ru": "", "name_zh": "", "variants": [], "authority_id": ""}
ANTITERROR_SERIES = "antiterror-exercises"  # those named after their place: Pabbi-Antiterror-2021


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says of its event before the decision on it: fields of the event, and whose countries came."""

    fields: Fields
    supports: tuple[str, ...]
    delegations: tuple[tuple[str, str], ...] = ()


def events(source: Authority, tables: Tables) -> None:
    """Each meeting and exercise is one event: the one of the source documents that the decisions name, or a new one."""
    drafts = {
        **{row["meeting_id"]: (row, _meeting(row)) for row in source.rows("meetings")},
        **{row["exercise_id"]: (row, _exercise(row)) for row in source.rows("exercises")},
    }
    source.problems += [f"{name}: no decision says which event it is." for name in drafts.keys() - source.decisions]
    source.problems += [f"{name}: a decision on no row of the file." for name in source.decisions.keys() - drafts]
    for name, (row, draft) in drafts.items():
        if name not in source.decisions:
            continue
        decision = source.decisions[name]
        known = tables["event"].get((decision["event"],))
        if decision["summary"]:
            tables.drop_of_event(decision["event"])
            tables.put("event", _made(name, row, draft.fields, decision))
            _statements(source, tables, name, row, draft)
        elif known is None:
            source.problems.append(f"{name}: there is no event {decision['event']}, nor a summary to make one of.")
        else:
            known["authority_id"] = name
            for key in ("name_ru", "name_zh", "variants"):
                known[key] = known.get(key) or draft.fields[key]
    for event in tables["event"].values():
        event.update({key: event.get(key, empty) for key, empty in UNNAMED.items()})
    compose_names(tables, ((body.series, body.name) for body in BODIES.values()))
    _decided_statements(source, tables)
    tables.sort_statements()


def _meeting(row: Row) -> Draft:
    body = BODIES.get(row["body"])
    is_video = row["format"] == "video"
    city, year, date = row["city"], row["year"], _date(row)
    slug, name = "", row["body_name"]
    if body:
        # A session of the Council of RATS has a month, for it sits twice a year; all others have a city.
        when = f"{_month(date)} {year}".strip() if row["body"] == "RATS" else year
        where = city if row["body"] != "RATS" else f"{city}," if city else ""
        name = f"{body.name}, {where} {when}".replace("  ", " ") + (" (by video)" if is_video else "")
        parts = [body.slug, date[:7]] if row["body"] == "RATS" else [body.slug, year, city]
        slug = slugify("-".join(parts)) if body.slug else slugify(f"{city}-summit-{year}")
    agenda = ("agenda",) if row["key_points_basis"] in ("source", "seed and source") else ()
    ordinal = ("ordinal",) if row["ordinal"] and row["ordinal_basis"] == "stated" else ()
    where_from = ("chair",) if is_video else ("city",) if city else ()
    fields = {
        "slug": slug,
        **names(name, "", "", []),
        "kind": body.kind if body else "ceremony",
        "series": [body.series] if body else None,
        "ordinal": int(row["ordinal"]) if row["ordinal"] else None,
        "ordinal_basis": ("stated" if row["ordinal_basis"] == "stated" else "inferred") if row["ordinal"] else "",
        "date": date,
        "city": [slugify(city.replace("'", "-"))] if city and not is_video else None,
        "host_countries": [[row["country_iso2"]]] if row["country_iso2"] else [],
        "place": f"By video link, chaired by {row['country']}" if is_video else "",
        "format": row["format"],
        "topics": list(body.topics) if body else ["institutions"],
    }
    return Draft(fields, (_precision(date), *where_from, *ordinal, *agenda))


def _exercise(row: Row) -> Draft:
    russian, chinese, others = by_script(split(row["alt_names"]))
    date = _date(row)
    is_operation = row["category"].startswith("border")
    cities = split(row["nearest_city"])
    parties = split(row["participating_iso2"], " ")
    capacity = "party" if len(parties) == 2 and row["category"] in ("bilateral", "armed forces") else "member"
    observers = row["observers"].split()
    if not all(re.fullmatch("[A-Z]{2}", code) for code in observers):
        observers = []  # in words: the summary has them
    is_antiterror = "antiterror" in row["name"].casefold()
    series = EXERCISE_SERIES.get(row["series"], ANTITERROR_SERIES if is_antiterror else "")
    fields = {
        "slug": slugify(row["name"] if row["year"] in row["name"] else f"{row['name']}-{row['year']}"),
        **names(row["name"], russian, chinese, others),
        "kind": "operation" if is_operation else "exercise",
        "series": [series] if series else None,
        "ordinal": None,
        "ordinal_basis": "",
        "date": date,
        "city": [slugify(cities[0])] if len(cities) == 1 else None,
        "host_countries": [[code] for code in sorted(split(row["country_iso2"], " "))],
        "place": "" if [row["location"]] == cities else row["location"],
        "format": "in-person",
        "topics": list(EXERCISE_TOPICS.get(row["category"], ("counter-terrorism", "joint-exercises"))),
    }
    delegations = [(code, capacity) for code in parties] + [(code, "observer") for code in observers]
    supports = (_precision(date), "place", *(["participants"] if parties else []))
    return Draft(fields, supports, tuple(delegations))


def _date(row: Row) -> str:
    """EDTF, as exact as the row is."""
    if month := re.search(r"month (\d{4}-\d\d)", row["notes"]):
        return month[1]
    if not row["start_date"]:
        return row["year"]
    is_one_day = row["end_date"] in ("", row["start_date"])
    return row["start_date"] if is_one_day else f"{row['start_date']}/{row['end_date']}"


def _precision(date: str) -> str:
    """What a source of the date supports."""
    return "days" if "/" in date else {4: "year", 7: "month", 10: "day"}[len(date)]


def _month(date: str) -> str:
    return MONTHS.split("|")[int(date[5:7]) - 1] if len(date) >= 7 else ""


def _made(name: str, row: Row, fields: Fields, decision: Row) -> Fields:
    """The event that the row and the decision on it make."""
    series, kind, city = decision["series"], decision["kind"], decision["city"]
    topics = split(decision["topics"], ",") or fields["topics"]
    ordinal = int(decision["ordinal"]) if decision["ordinal"] else fields["ordinal"]
    return {
        **fields,
        "slug": decision["event"],
        "name": decision["name"] or fields["name"],
        "kind": kind or fields["kind"],
        "series": ([series] if series != "none" else None) if series else fields["series"],
        "ordinal": ordinal,
        "ordinal_basis": "stated" if decision["ordinal"] else fields["ordinal_basis"],
        "date": decision["date"] or fields["date"],
        "date_basis": "looked-up",
        "date_note": f"Row {name} of the archive’s authority file. {decision['date_note']}".strip(),
        "city": ([city] if city != "none" else None) if city else fields["city"],
        "place": decision["place"] or fields["place"],
        "state": decision["state"] or "held",
        "parent": None,
        "topics": [[topic] for topic in sorted(topics)],
        "summary": decision["summary"],
        "authority_id": name,
        **REVIEWED,
    }


def _statements(source: Authority, tables: Tables, name: str, row: Row, draft: Draft) -> None:
    """Where the event's facts come from, and which countries came."""
    decision = source.decisions[name]
    event = {"event": [decision["event"]], "source_article": None}
    addresses = source.sources(row["source"])
    said = {"source": addresses, "confidence": row["confidence"], "note": ""}
    tables.put("eventsource", {**event, "supports": ", ".join(draft.supports), **said})
    own = f"Authority file of this archive, row {name}: "
    if row.get("ordinal") and row["ordinal_basis"] != "stated":
        basis = row["ordinal_basis"]
        counted = "counted from its neighbours in the series" if basis.startswith("inferred") else "general knowledge"
        tables.put(
            "eventsource",
            {**event, "supports": "ordinal", "source": own + counted, "confidence": "medium", "note": ""},
        )
    basis = row.get("key_points_basis", "source")
    if "agenda" not in draft.supports and basis not in ("source", "seed and source"):
        tables.put(
            "eventsource", {**event, "supports": "agenda", "source": own + basis, "confidence": "medium", "note": ""}
        )
    is_notice = decision["state"] == "announced"
    for code, capacity in draft.delegations:
        tables.put(
            "delegation", {**event, "country": [code], "capacity": "announced-only" if is_notice else capacity, **said}
        )


def _decided_statements(source: Authority, tables: Tables) -> None:
    """Readings and figures, as the decisions have them; `=` is the row's own source, `?` one without an address."""
    rows = {row["meeting_id"]: row for row in source.rows("meetings")}
    rows |= {row["exercise_id"]: row for row in source.rows("exercises")}
    for reading in source.decided("readings"):
        row, said = rows[reading["row"]], reading["source"]
        if said == "=":
            said = source.sources(row["source"])
        elif said.startswith("?"):
            noted = f"noted in the authority file of this archive (row {reading['row']})"
            said = f"{said[1:]}, {noted}; no address was kept"
        fields = {
            "event": [source.slugs[reading["row"]]],
            "field": reading["field"],
            "value": reading["value"],
            "source_article": None,
            "source": said,
            "confidence": reading["confidence"],
            "note": reading["note"],
        }
        tables.put("reading", fields)
    for figure in source.decided("figures"):
        row = rows[figure["row"]]
        fields = {
            "event": [source.slugs[figure["row"]]],
            "label": figure["label"],
            "text": figure["text"],
            "number": f"{float(figure['number']):.2f}" if figure["number"] else None,
            "unit": figure["unit"],
            "source_article": None,
            "source": source.sources(row["source"]),
            "confidence": row["confidence"],
            "note": "",
        }
        tables.put("figure", fields)
