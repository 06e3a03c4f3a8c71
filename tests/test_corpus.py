"""The bundled corpus: every brief is complete, plain, dated and linked as corpus/README.md says."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import frontmatter
import pytest

BRIEFS = Path(__file__).parents[1] / "corpus" / "briefs"
FILES = sorted(BRIEFS.glob("*.md"))

SECTIONS = {
    "Awards", "Courts", "Dubbing", "Effects", "Festivals", "Funding", "Games", "Labour", "Law", "Likeness",
    "Models", "Music", "Publishing", "Streaming", "Studios",
}  # fmt: skip
REQUIRED = {
    "id", "title", "published_at", "publisher", "url", "section", "entities", "language", "kind", "also_checked",
}  # fmt: skip
OPTIONAL = {"via", "chain", "follows", "event"}
OLDEST = date(2022, 1, 1)
# The corpus was compiled up to this day; a brief added later may be dated up to the day of the test run.
NEWEST = max(date(2026, 11, 22), date.today())
WORDS = range(120, 351)
PARAGRAPHS = range(2, 6)
LONGEST_QUOTATION = 8  # words; longer would reproduce the report instead of retelling it
# Two briefs may stand on one report only with a reason: url -> why.
SHARED_URLS: dict[str, str] = {}

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID = re.compile(r"(\d{4}-\d{2}-\d{2})-" + _SLUG.pattern)
_QUOTATION = re.compile(r'"([^"]+)"')
_MARKUP = {
    "heading": re.compile(r"^\s{0,3}#{1,6}\s", re.M),
    "underlined heading": re.compile(r"^\s{0,3}(?:=+|-{3,})\s*$", re.M),
    "list": re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s", re.M),
    "block quotation": re.compile(r"^\s{0,3}>", re.M),
    "table": re.compile(r"^\s*\|.*\|\s*$", re.M),
    "code": re.compile(r"`|^ {4,}\S", re.M),
    "emphasis": re.compile(r"\*|~~|(?<!\w)_\S[^_\n]*_(?!\w)"),
    "link": re.compile(r"\]\(|\]\[|\]:"),
    "address": re.compile(r"\bhttps?://|\bwww\.\w", re.I),
    "HTML": re.compile(r"</?[a-z][^>]*>|<!--|&(?:[a-z]+|#\d+);", re.I),
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_FULL_DATE = re.compile(rf"\b({'|'.join(_WEEKDAYS)}),? ({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})")


@cache
def read(path: Path) -> frontmatter.Post:
    return frontmatter.loads(path.read_text(encoding="utf-8"))


def by_id() -> dict[str, frontmatter.Post]:
    return {path.stem: read(path) for path in FILES}


def is_web_address(value: Any) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname)


each_brief = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@each_brief
def test_front_matter_is_complete_and_valid(path: Path) -> None:
    meta = read(path).metadata
    assert not REQUIRED - meta.keys(), f"{path.name} lacks {sorted(REQUIRED - meta.keys())}."
    unknown = meta.keys() - REQUIRED - OPTIONAL
    assert not unknown, f"{path.name} has fields that the README does not describe: {sorted(unknown)}."
    for field in ("id", "title", "publisher", "url", "section", "language", "kind", *(OPTIONAL & meta.keys())):
        if field != "follows":
            value = meta[field]
            assert isinstance(value, str), f"{path.name}: {field} is {value!r}; write a text."
            assert value.strip(), f"{path.name}: {field} is empty; fill it in or take it out."
    assert meta["section"] in SECTIONS, f"{path.name}: section {meta['section']!r} is none of {sorted(SECTIONS)}."
    assert meta["language"] == "en", f"{path.name}: language is {meta['language']!r}; briefs are written in English."
    assert meta["kind"] == "brief", f"{path.name}: kind is {meta['kind']!r}; write brief."
    for field in ("chain", "event"):
        if field in meta:
            assert _SLUG.fullmatch(meta[field]), f"{path.name}: {field} {meta[field]!r} is not a lower-case slug."
    for field in ("entities", "follows"):
        value = meta.get(field, ["none"])
        assert isinstance(value, list), f"{path.name}: {field} is {value!r}; write a list."
        assert value, f"{path.name}: {field} is an empty list; fill it in or take it out."
        assert all(isinstance(item, str) and item for item in value), (
            f"{path.name}: {field} holds something that YAML does not read as a text: {value!r}. Quote it."
        )
        assert len(set(value)) == len(value), f"{path.name}: {field} names something twice: {value}."


@each_brief
def test_id_names_file_and_date(path: Path) -> None:
    meta = read(path).metadata
    assert meta["id"] == path.stem, f"{path.name}: id is {meta['id']!r}; it must be the file's name without .md."
    match = _ID.fullmatch(meta["id"])
    assert match, f"{path.name}: an id is a date and a lower-case slug, as in 2024-09-29-sb-1047-vetoed."
    published = meta["published_at"]
    assert type(published) is date, f"{path.name}: published_at is {published!r}; write an ISO date."
    assert match[1] == published.isoformat(), f"{path.name}: published_at is {published}, the id says {match[1]}."
    assert OLDEST <= published <= NEWEST, f"{path.name}: {published} lies outside {OLDEST} to {NEWEST}."


@each_brief
def test_addresses_are_web_addresses(path: Path) -> None:
    meta = read(path).metadata
    assert is_web_address(meta["url"]), f"{path.name}: url {meta['url']!r} is not an http(s) address."
    checked = meta["also_checked"]
    assert isinstance(checked, list), f"{path.name}: also_checked is {checked!r}; write a list."
    for url in checked:
        assert is_web_address(url), f"{path.name}: also_checked {url!r} is not an http(s) address; is a quote missing?"
    assert meta["url"] not in checked, f"{path.name}: also_checked repeats the url; it is for further reports."
    assert len(set(checked)) == len(checked), f"{path.name}: also_checked names a report twice."


@each_brief
def test_body_is_plain_text_of_the_agreed_length(path: Path) -> None:
    body = read(path).content
    count = len(body.split())
    assert count in WORDS, f"{path.name} has {count} words; {WORDS.start} to {WORDS.stop - 1} are wanted."
    paragraphs = re.split(r"\n\s*\n", body)
    assert len(paragraphs) in PARAGRAPHS, (
        f"{path.name} has {len(paragraphs)} paragraphs; {PARAGRAPHS.start} to {PARAGRAPHS.stop - 1} are wanted."
    )
    for paragraph in paragraphs:
        assert "\n" not in paragraph, f"{path.name}: write a paragraph on one line: {paragraph[:60]!r}."
    for name, pattern in _MARKUP.items():
        match = pattern.search(body)
        assert not match, f"{path.name}: {name} in the body at {body[max(0, match.start() - 20) : match.end() + 20]!r}."


@each_brief
def test_quotations_are_short(path: Path) -> None:
    body = read(path).content
    assert body.count('"') % 2 == 0, f"{path.name}: a quotation mark has no partner."
    for quotation in _QUOTATION.findall(body):
        assert len(quotation.split()) <= LONGEST_QUOTATION, (
            f"{path.name}: {quotation!r} is longer than {LONGEST_QUOTATION} words; paraphrase it."
        )


@each_brief
def test_weekdays_agree_with_the_calendar(path: Path) -> None:
    for weekday, month, day, year in _FULL_DATE.findall(read(path).content):
        true = _WEEKDAYS[date(int(year), _MONTHS.index(month) + 1, int(day)).weekday()]
        assert weekday == true, f"{path.name}: {month} {day}, {year} was a {true}, not a {weekday}."


@each_brief
def test_follows_earlier_briefs_of_the_same_chain(path: Path) -> None:
    meta, briefs = read(path).metadata, by_id()
    if "follows" in meta:
        assert "chain" in meta, f"{path.name} follows other briefs but names no chain."
    for earlier in meta.get("follows", []):
        assert earlier in briefs, f"{path.name} follows {earlier}, which is not in the corpus."
        other = briefs[earlier].metadata
        assert other["published_at"] < meta["published_at"], f"{path.name} follows {earlier}, which is not earlier."
        assert other.get("chain") == meta["chain"], (
            f"{path.name} is of chain {meta['chain']!r} but follows {earlier} of chain {other.get('chain')!r}."
        )


def test_ids_are_unique() -> None:
    seen = defaultdict(list)
    for path in FILES:
        seen[str(read(path).metadata["id"]).casefold()].append(path.name)
    doubled = {key: names for key, names in seen.items() if len(names) > 1}
    assert not doubled, f"Ids used more than once: {doubled}."


def test_reports_are_told_once() -> None:
    seen = defaultdict(list)
    for path in FILES:
        seen[str(read(path).metadata["url"])].append(path.name)
    doubled = {url: names for url, names in seen.items() if len(names) > 1 and url not in SHARED_URLS}
    assert not doubled, f"Addresses used by several briefs: {doubled}. Cite another report, or say why in SHARED_URLS."


def test_events_are_told_by_different_publishers() -> None:
    publishers: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        meta = read(path).metadata
        if "event" in meta:
            publishers[meta["event"]].append(meta["publisher"])
    assert publishers, "No brief names an event; the corpus is meant to hold conflicting reports."
    for event, names in publishers.items():
        assert len(set(names)) > 1, f"Event {event!r} is told by {sorted(set(names))} alone; two publishers are wanted."


def test_chains_have_several_briefs_or_none_follows() -> None:
    dates: dict[str, list[date]] = defaultdict(list)
    for path in FILES:
        meta = read(path).metadata
        if "chain" in meta:
            dates[meta["chain"]].append(meta["published_at"])
    assert dates, "No brief names a chain; the corpus is meant to hold developing matters."
    short = sorted(chain for chain, days in dates.items() if len(set(days)) < 2)
    assert not short, f"Chains without a development over time: {short}. Take the slug out or add the next brief."


def test_corpus_is_large_and_varied() -> None:
    briefs = by_id()
    publishers = {brief.metadata["publisher"] for brief in briefs.values()}
    years = {brief.metadata["published_at"].year for brief in briefs.values()}
    assert len(briefs) >= 60, f"{len(briefs)} briefs lie under {BRIEFS}; at least 60 are wanted."
    assert len(publishers) >= 10, f"Only {len(publishers)} publishers: {sorted(publishers)}."
    assert years >= {2022, 2023, 2024, 2025, 2026}, f"Briefs of 2022 to 2026 are wanted, not only of {sorted(years)}."


def test_one_spelling_for_each_publisher() -> None:
    spellings = defaultdict(set)
    for path in FILES:
        name = read(path).metadata["publisher"]
        spellings[re.sub(r"^the|[^a-z0-9]", "", name.casefold())].add(name)
    differing = [sorted(names) for names in spellings.values() if len(names) > 1]
    assert not differing, f"Publishers spelt in several ways, which breaks the publisher filter: {differing}."
