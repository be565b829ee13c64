"""Topics: words that speak of one. The vocabulary is controlled, so what speaks of each stands here, in a row."""

from collections import defaultdict
from collections.abc import Iterable

from archive.curation.suggestions.base import Kind, Place, Suggestion
from archive.curation.suggestions.gazetteer import Hit, Of
from archive.curation.suggestions.reading import Reading

# Slug of a topic, and what is said where it is spoken of. A topic that the archive doesn't have is passed over.
WORDS: dict[str, tuple[str, ...]] = {
    "counter-terrorism": (
        *("counter-terrorism", "counterterrorism", "anti-terrorism", "anti-terror", "anti-terrorist", "antiterrorist"),
        *("antiterror", "counter-terror", "counter-terrorist", "terrorism", "terrorists", "terrorist", "three evils"),
        *("three evil forces", "Islamic State", "ISIS", "ISIL", "терроризм", "恐怖主义", "反恐", "反恐怖"),
    ),
    "extremism-and-separatism": (
        *("extremism", "separatism", "extremist", "separatist", "three evils", "three evil forces"),
        *("экстремизм", "сепаратизм", "极端主义", "分裂主义", "三股势力"),
    ),
    "defence-cooperation": (
        *("defense ministers", "defense minister", "defense chiefs", "military chiefs", "defense cooperation"),
        *(
            "defense security cooperation",
            "defense and security cooperation",
            "military cooperation",
            "defense ministries",
        ),
        *(
            "chiefs of general staff",
            "chiefs of staff",
            "defense forum",
            "Defence and Security Forum",
            "министров обороны",
        ),
        *("国防部长", "防长", "防务合作", "navies", "joint military exercises", "missile defense"),
    ),
    "joint-exercises": (
        *("drill", "drills", "joint exercise", "joint exercises", "military exercise", "military exercises"),
        *(
            "naval exercise",
            "naval exercises",
            "war games",
            "Peace Mission",
            "Peaceful Mission",
            "exercises",
            "exercise",
        ),
        *("учения", "учений", "演习", "军演"),
    ),
    "arms-and-equipment": (
        *("missile", "missiles", "tank", "tanks", "helicopter", "helicopters", "drone", "drones", "unmanned aerial"),
        *("armored personnel carrier", "armoured", "weapon", "weapons", "missile shield", "ракет", "导弹", "无人机"),
    ),
    "law-enforcement": (
        *("law enforcement", "public security minister", "minister of public security", "interior ministers"),
        *("interior minister", "interior ministry", "ministers of interior", "prosecutors", "prosecutors general"),
        *("prosecutor general", "police", "justice ministers", "ministers of justice", "extradition"),
        *("ministry of public security", "прокуроров", "министров внутренних дел", "执法", "公安", "总检察长"),
    ),
    "border-security": (
        *("border guard", "border guards", "border patrol", "border control", "border operation", "border security"),
        *("border area", "border areas", "patrol the border", "пограничн", "边防", "边境"),
    ),
    "organised-crime": (
        *("organized crime", "organised crime", "transnational crime", "international crime", "cross-border crime"),
        *("smuggling", "организованной преступностью", "有组织犯罪", "跨国犯罪"),
    ),
    "drug-trafficking": (
        *("drug-trafficking", "drug trafficking", "anti-drug", "counter-narcotics", "narcotics", "drug lords", "drugs"),
        *("narcotic drugs", "drug smuggling", "наркотиков", "наркотрафик", "禁毒", "毒品", "贩毒"),
    ),
    "information-security": (
        *("information security", "information safety", "cyber security", "cybersecurity", "cyber terrorism"),
        *("information technologies", "internet", "online terrorism", "cyber", "информационной безопасности"),
        *("信息安全", "网络安全", "网络恐怖主义"),
    ),
    "intelligence-sharing": (
        *("intelligence sharing", "intelligence services", "exchange intelligence", "sharing intelligence"),
        *("exchanging information", "exchange of information", "confirmation of clues", "обмен информацией", "情报"),
    ),
    "enlargement": (
        *("full membership", "permanent membership", "full member", "full members", "new members", "membership bid"),
        *(
            "accession",
            "join the SCO",
            "joining the SCO",
            "to join SCO",
            "become member",
            "become members",
            "becoming members",
        ),
        *(
            "SCO expansion",
            "process of expanding",
            "process of joining",
            "permanent member",
            "entry into",
            "membership",
            "rules of admission",
            "admission",
            "admitting",
            "memorandum of obligations",
        ),
        *(
            "ninth member",
            "observer members",
            "приняты в",
            "приняли в организацию",
            "вступлен",
            "расширен",
            "加入",
            "扩员",
            "成员资格",
        ),
    ),
    "partnerships": (
        *("dialogue partner", "dialogue partners", "secretaries general", "signed a deal", "ASEAN", "increase ties"),
        *("партнёр по диалогу", "партнёров по диалогу", "对话伙伴"),
    ),
    "economic-cooperation": (
        *("economic cooperation", "trade", "financial aid", "financial support", "economic development", "free trade"),
        *("economic corridor", "Economic Belt", "economic continental partnership", "freer trade", "economic ties"),
        *("economic strategy", "economic strategies", "экономическ", "торговл", "经济合作", "经贸", "贸易"),
    ),
    "transport-and-connectivity": (
        *("Silk Road", "Economic Corridor", "Belt and Road", "One Belt One Road", "ports", "railway", "rail links"),
        *(
            "connectivity",
            "trade routes",
            "transit trade",
            "Шёлковый путь",
            "транспорт",
            "丝绸之路",
            "一带一路",
            "交通",
        ),
    ),
    "regional-conflicts": (
        *("Nagorno-Karabakh", "conflict", "crisis", "civil war", "illegal armed groups", "ceasefire", "Syria"),
        *("конфликт", "冲突"),
    ),
    "institutions": (
        *("Secretariat", "anniversary", "declaration", "new post", "strategy for", "10-year strategy", "charter"),
        *("five-point proposal", "security center", "road map", "Secretary-General said"),
        *("декларац", "секретариат", "宣言", "秘书处"),
    ),
    "great-power-relations": (
        *("NATO", "Nato", "United States", "the West", "counterweight", "strategic cooperation", "strategic contacts"),
        *("comprehensive strategic", "НАТО", "北约", "战略协作"),
    ),
}

# Topics that are countries: named in the headline, or more than once.
COUNTRIES = {"iran": ("IR",), "afghanistan": ("AF",), "south-asia": ("IN", "PK")}
_OFTEN = 2


def suggest_topics(reading: Reading, hits: Iterable[Hit], labels: dict[str, str]) -> list[Suggestion]:
    """Topics by their words, the one most spoken of first."""
    found: dict[str, list[Hit]] = defaultdict(list)
    countries: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.bearer.of == Of.TOPIC:
            found[hit.bearer.key].append(hit)
        elif hit.bearer.of == Of.COUNTRY:
            countries[hit.bearer.key].append(hit)
    for slug, codes in COUNTRIES.items():
        named = [hit for code in codes for hit in countries.get(code, ())]
        is_told = any(reading.place(hit.first) == Place.HEADLINE for hit in named)
        if is_told or (len(named) >= _OFTEN * len(codes) and all(countries.get(code) for code in codes)):
            found[slug] += named
    return [
        Suggestion(
            Kind.TOPIC,
            slug,
            labels[slug],
            tuple(reading.evidence(hit.first, hit.last) for hit in of_one[:8]),
            round(min(0.9, 0.5 + 0.1 * len(of_one)), 2),
        )
        for slug, of_one in found.items()
        if slug in labels
    ]
