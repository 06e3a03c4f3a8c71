"""Publishers and kinds that a question asks for or keeps out, and publishers it is only about."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Split, read_gold
from rag.schema import Kind
from rag.sources import SourceReading, read_sources

BRIEFS = Path(__file__).parent.parent / "corpus" / "briefs"
PUBLISHERS = (
    "Associated Press", "Axios", "BBC", "Bloomberg", "Bloomberg Law", "Business Insider", "CBS News", "CNN", "Deadline",
    "Deutsche Welle", "Empire", "Financial Times", "Forbes", "IndieWire", "India Today", "Los Angeles Times",
    "Music Business Worldwide", "OpenAI", "Orrick", "People", "Polygon", "Reuters", "RIAA", "Rolling Stone",
    "Screen Daily", "TechCrunch", "The Decoder", "The Guardian", "The Hollywood Reporter", "The Information",
    "The New York Times", "The Verge", "The Wall Street Journal", "The Washington Post", "TheWrap", "Time", "Variety",
    "Vulture", "Wired",
)  # fmt: skip
AP, NYT, THR, WSJ = "Associated Press", "The New York Times", "The Hollywood Reporter", "The Wall Street Journal"


def wanted(*names, each=False, unknown=()):
    return {"publishers": names, "each": each, "unknown": unknown}


def without(*names):
    return {"excluded": names}


SOURCES = [
    ("According to Bloomberg, how much did Suno raise?", wanted("Bloomberg")),
    ("How much did Suno raise according to bloomberg?", wanted("Bloomberg")),
    ("What did Variety and Deadline report about Tilly Norwood?", wanted("Variety", "Deadline", each=True)),
    ("what did variety and deadline report on the strike", wanted("Variety", "Deadline", each=True)),
    ("Reuters reporting on the Getty ruling", wanted("Reuters")),
    ("Is there anything new from Bloomberg on OpenAI?", wanted("Bloomberg")),
    ("latest news on Suno from Variety", wanted("Variety")),
    ("What was said about Sora in the New York Times?", wanted(NYT)),
    ("Per the BBC, what did the minister say?", wanted("BBC")),
    ("What is in Deadline's story on the SAG-AFTRA deal?", wanted("Deadline")),
    ("The Hollywood Reporter says Sora is dead: why?", wanted(THR)),
    ("What did NYT write about Suno?", wanted(NYT)),
    ("what did the ap say about the elvis act", wanted(AP)),
    ("THR on the actors' deal: what was agreed?", wanted(THR)),
    ("What does the WSJ report about OpenAI's round?", wanted(WSJ)),
    ("How did the LA Times cover the strike?", wanted("Los Angeles Times")),
    ("According to the FT, who is buying Warner?", wanted("Financial Times")),
    ("What did variety.com publish about Sora?", wanted("Variety")),
    ("According to www.theverge.com what changed?", wanted("The Verge")),
    ("What does Verge say about Sora?", wanted("The Verge")),
    ("as reported by the wrap what do the writers want", wanted("TheWrap")),
    ("What has Tech Crunch written about Luma?", wanted("TechCrunch")),
    ("according to mbw how big is suno", wanted("Music Business Worldwide")),
    ("According to Bloomburg, what is Runway worth?", wanted("Bloomberg")),
    ("according to the holywood reporter, who sued?", wanted(THR)),
    ("What did Varitey report on Runway?", wanted("Variety")),
    ("According to the Daily Planet, who sued Suno?", wanted(unknown=("the Daily Planet",))),
    ("What did The Economist write about AI music?", wanted(unknown=("The Economist",))),
    (
        "What did the Guardian and the Daily Planet report?",
        wanted("The Guardian", unknown=("the Daily Planet",)),
    ),
    ("What did Ted Sarandos tell Variety?", wanted("Variety")),
    ("Which figure does Reuters give, and which does Bloomberg give?", wanted("Reuters", "Bloomberg", each=True)),
    ("Do Reuters and Bloomberg disagree on the valuation?", wanted("Reuters", "Bloomberg", each=True)),
    ("How does Bloomberg's figure differ from TechCrunch's?", wanted("Bloomberg", "TechCrunch", each=True)),
    ("What did Reuters or AP say about it?", wanted("Reuters", AP)),
    ("tell me about the getty case, reuters only", wanted("Reuters")),
    ("What happened to Sora? (Reuters)", wanted("Reuters")),
    ("Reuters: what happened to Sora?", wanted("Reuters")),
    ("What did Bloomberg and Bloomberg Law report?", wanted("Bloomberg", "Bloomberg Law", each=True)),
    ("What did Orrick say the AI Litigation Task Force is for?", wanted("Orrick")),
    ("What did India Today report about Suno?", wanted("India Today")),
    ("What happened to Sora, except Variety?", without("Variety")),
    ("Summarise the Getty ruling without Reuters", without("Reuters")),
    ("What do outlets other than Variety say about Tilly Norwood?", without("Variety")),
    ("Getty ruling, not from Reuters or AP", without("Reuters", AP)),
    ("What is Kling worth? Don't use Bloomberg.", without("Bloomberg")),
    ("What does Bloomberg report, but not Reuters?", {"publishers": ("Bloomberg",), "excluded": ("Reuters",)}),
    ("What happened to Sora, excluding press releases?", {"excluded_kinds": (Kind.PRESS_RELEASE,)}),
    ("Who won, except the press release?", {"excluded_kinds": (Kind.PRESS_RELEASE,)}),
    ("What do op-eds say about Tilly Norwood?", {"kinds": (Kind.OPINION,)}),
    ("What was argued in opinion pieces on Suno?", {"kinds": (Kind.OPINION,)}),
    ("Only news, no opinion pieces: who won?", {"kinds": (Kind.NEWS,), "excluded_kinds": (Kind.OPINION,)}),
]

SUBJECTS = [
    "Who sued The New York Times?",
    "Why did the New York Times sue OpenAI?",
    "What does NYT's deal with Amazon cost?",
    "What is Bloomberg's terminal used for?",
    "Which variety of tools did they use?",
    "Is there a wide variety in prices?",
    "What is the deadline?",
    "deadline for the Commerce Department's list of onerous state AI laws?",
    "What did the judge say in the New York Times case?",
    "Who owns Variety?",
    "Why did Penske, which owns Variety, sue Google?",
    "Did OpenAI license AP stories?",
    "How many New York Times articles did OpenAI copy?",
    "What did OpenAI say about Sora?",
    "What do OpenAI and the outside trackers say?",
    "According to OpenAI, how many people use ChatGPT?",
    "What does the RIAA say about Suno?",
    "Which newspapers other than the New York Times sued OpenAI?",
    "Who else besides the New York Times has sued?",
    "What did the New York Times say in its complaint?",
    "What did the New York Times claim OpenAI had copied?",
    "Has Bloomberg invested in AI?",
    "Who works at Wired?",
    "Were there layoffs in Forbes?",
    "Did Reuters sign a licence with Meta?",
    "What did Thomson Reuters win against Ross Intelligence?",
    "Is the actor wired for sound?",
    "Who plays Vulture in the film?",
    "Is Polygon a blockchain?",
    "According to Ted Sarandos, what is AI good for?",
    "According to the lawsuit, what was copied?",
    "What did Disney report for the third quarter?",
    "How much profit did the New York Times report?",
    "Did The New York Times report a profit in 2024?",
    "What's the docket number of the Times complaint against OpenAI and Microsoft?",
    "What do people say about Sora?",
    "Is it time to say goodbye to actors?",
    "What is the information given by OpenAI?",
    "Is the Empire State Building in it?",
    "Did the Rolling Stones sue?",
    "Which industry insider said so?",
    "How does Reuters use AI in its newsroom?",
    "What was the Variety cover in May?",
    "Is there no news on Suno?",
    "Did they announce it without a press release?",
    "What did the amicus briefs argue?",
    "Which op-ed did Ben Affleck write?",
    "Is Reuters reliable?",
]


@pytest.mark.parametrize(("question", "expected"), SOURCES)
def test_source_is_read(question, expected):
    reading = read_sources(question, PUBLISHERS)
    assert SourceReading(**{**expected, "asked": reading.asked, "limits": reading.limits}) == reading
    assert reading.limits


@pytest.mark.parametrize("question", SUBJECTS)
def test_subject_is_no_source(question):
    assert read_sources(question, PUBLISHERS) == SourceReading()


NAMED_IN_GOLD = {
    "according to Bloomberg Law, how many works are in the Anthropic settlement?": "Bloomberg Law",
    "What did Orrick say the AI Litigation Task Force is for?": "Orrick",
    "according to the New York Times report, how many suits are pending against AI companies in the US?": NYT,
    "What does The Verge say about who proposed the AI passage in the Academy's rules?": "The Verge",
    "Per Screen Daily, what might a project of $50 million to $60 million cost with AI, and who reckons so?": (
        "Screen Daily"
    ),
    "TheWrap on the 2024 Sora shorts: whose union agreements set the AI terms the filmmakers had to keep to?": (
        "TheWrap"
    ),
}


def test_gold_questions_are_limited_only_where_they_name_a_source():
    briefs = [path.read_text(encoding="utf-8") for path in sorted(BRIEFS.glob("*.md"))]
    publishers = [re.search(r"^publisher: (.+)$", brief, re.MULTILINE)[1].strip("\"'") for brief in briefs]
    questions = [item.question.text for item in read_gold() if item.split is Split.DEV]
    assert set(NAMED_IN_GOLD) <= set(questions)
    for question in questions:
        named = NAMED_IN_GOLD.get(question)
        reading = read_sources(question, publishers)
        assert reading.publishers == ((named,) if named else ()), question
        assert (reading.excluded, reading.kinds, reading.excluded_kinds, reading.unknown) == ((), (), (), ()), question


def test_span_holds_the_construction():
    question = "How much did Suno raise, according to Bloomberg?"
    ((start, end),) = read_sources(question, PUBLISHERS).spans
    assert question[start:end] == "according to Bloomberg"


def test_names_come_as_they_stand_in_the_archive():
    assert read_sources("what did nyt report", ["Variety", "New York Times"]).publishers == ("New York Times",)
    assert read_sources("What did the Guardian say?", ["the guardian"]).publishers == ("the guardian",)


def test_what_a_newsmaker_said_is_no_filter():
    question = "What did Orrick say about the task force?"
    assert read_sources(question, PUBLISHERS, newsmakers=["Orrick"]).publishers == ()
    assert read_sources("What is in OpenAI's blog post on Sora?", PUBLISHERS).publishers == ("OpenAI",)


@given(
    question=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [*PUBLISHERS, "according to", "the", "and", ",", "report", "say", "except", "in", "What did"]
            ),
            max_size=12,
        ).map(" ".join),
    ),
    publishers=st.lists(st.one_of(st.sampled_from(PUBLISHERS), st.text(min_size=1, max_size=12)), max_size=6),
)
def test_any_text_is_read(question, publishers):
    reading = read_sources(question, publishers)
    assert set(reading.publishers) | set(reading.excluded) <= set(publishers)
    assert not set(reading.publishers) & set(reading.excluded)
    assert not reading.each or len(reading.publishers) > 1
    for start, end in reading.spans:
        assert 0 <= start < end <= len(question)
