"""Change and disagreement in an answer: which statement leads, and which is mentioned."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from fakes import HashingEncoder

from rag.asked import asks_for_former, asks_for_standing, is_about_now
from rag.evidence import TermStatistics
from rag.extract import ExtractiveAnswerer
from rag.reader import Reading
from rag.schema import Article, DatePrecision, Kind, Moment, NoteKind, Passage, Question, ScoredPassage, Scores
from rag.weights import AnswerWeights

STATISTICS = TermStatistics(
    lambda text: text.lower().replace("?", "").replace(".", "").split(), lambda _: 1, lambda: 50
)
WEIGHTS = AnswerWeights(
    sentence={"cosine": 2.0, "coverage": 2.0, "context": 1.0, "passage": 1.0},
    evidence={},
    bias=0.0,
    threshold=0.0,
    well=0.75,
    made_by={},
)


def told(name, day, text, *, publisher="Variety", title="News of the day", kind=Kind.NEWS):
    published = None
    if day is not None:
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        published = Moment(value=moment, precision=DatePrecision.DAY, origin="test")
    article = Article(id=name, title=title, text=text, publisher=publisher, kind=kind, published_at=published)
    passage = Passage(id=f"{name}/0", article_id=name, version=1, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=1.0, dense=0.5, lexical=5.0))


def ask(question, *passages):
    asked = Question(text=question, as_of=datetime(2026, 12, 1, tzinfo=UTC))
    (*_, answer) = ExtractiveAnswerer(HashingEncoder(), STATISTICS, weights=WEIGHTS)(asked, passages)
    return answer


def articles(answer):
    return [item.article.id for item in answer.citations]


OLD = told("old", "2024-06-01", "Suno was valued at about $500 million in a valuation round.")
NEW = told("new", "2026-06-04", "Investors now value Suno at $5.4 billion.")


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_the_later_value_leads_and_the_earlier_is_mentioned(order):
    answer = ask("What is the valuation of Suno?", *order)
    assert articles(answer) == ["new", "old"]
    leads = ["As reported on 4 June 2026:", "Earlier, on 1 June 2024, it was reported:"]
    assert [item.lead for item in answer.sentences] == leads
    assert [(note.kind, note.citations) for note in answer.notes] == [(NoteKind.CHANGED, (1, 2))]
    assert "Earlier, on 1 June 2024, it was reported: Suno was valued" in answer.text


def test_statements_that_agree_are_told_without_a_word():
    again = told("again", "2026-06-09", "Suno is worth $5.4 billion by its newest valuation.")
    answer = ask("What is the valuation of Suno?", NEW, again)
    assert not answer.notes
    assert not any(item.lead for item in answer.sentences)


def test_a_statement_that_points_back_brings_the_sentence_before_it():
    text = "Suno has closed a round. The company is now valued at $5.4 billion."
    answer = ask("What is the valuation of Suno?", OLD, told("new", "2026-06-04", text, title="Suno raises money"))
    assert [item.text for item in answer.sentences][:2] == text.replace(". ", ".\n").split("\n")
    assert [bool(item.lead) for item in answer.sentences] == [True, False, True]


def test_without_a_date_a_statement_is_never_the_later():
    undated = told("undated", None, "Investors now value Suno at $5.4 billion.")
    assert articles(ask("What is the valuation of Suno?", OLD, undated))[0] == "old"


def test_a_question_about_a_named_year_is_answered_from_that_year():
    assert articles(ask("What was the valuation of Suno in its 2024 valuation round?", OLD, NEW))[0] == "old"


def test_publishers_that_differ_within_a_week_are_both_shown():
    one = told("one", "2025-01-27", "The market value of Nvidia shrank by $600 billion.", publisher="CNBC")
    two = told("two", "2025-01-28", "More than $560 billion of the value of Nvidia vanished.", publisher="Reuters")
    answer = ask("How much value did Nvidia lose?", one, two)
    assert articles(answer)[:2] == ["two", "one"]
    assert [item.lead for item in answer.sentences][:2] == ["Reuters, 28 January 2025:", "CNBC, 27 January 2025:"]
    assert [note.kind for note in answer.notes] == [NoteKind.CONFLICT]


def test_what_the_later_article_says_others_report_otherwise_is_a_disagreement_and_no_change():
    one = told("one", "2025-11-10", "House of David contains 350 to 400 shots made with AI.")
    text = "House of David used 253 generated shots.\n\nThe article says that other reports give 350 to 400."
    two = told("two", "2025-11-25", text, publisher="Wired")
    answer = ask("How many shots does House of David have?", one, two)
    assert articles(answer)[:2] == ["two", "one"]
    assert [note.kind for note in answer.notes] == [NoteKind.CONFLICT]


def test_the_words_of_a_brief_are_never_put_into_a_publishers_mouth():
    text = "The market value of Nvidia shrank by $600 billion."
    one = told("one", "2025-01-27", text, publisher="CNBC", kind=Kind.BRIEF)
    two = told("two", "2025-01-28", "More than $560 billion of the value of Nvidia vanished.", publisher="Reuters")
    answer = ask("How much value did Nvidia lose?", one, two)
    assert answer.sentences[1].lead == "Brief, after a report by CNBC, 27 January 2025:"


def test_a_report_whose_publisher_is_unknown_is_named_by_its_day():
    one = told("one", "2025-01-27", "The market value of Nvidia shrank by $600 billion.", publisher=None)
    two = told("two", "2025-01-28", "More than $560 billion of the value of Nvidia vanished.", publisher="Reuters")
    answer = ask("How much value did Nvidia lose?", one, two)
    assert answer.sentences[1].lead == "An article of 27 January 2025:"


def test_sources_that_one_article_names_are_both_shown():
    text = "Bloomberg describes a round of $2 billion for Kling.\n\nReuters says that Kling may raise $3 billion."
    answer = ask("How much is Kling raising?", told("only", "2026-07-03", text))
    assert {item.quote for item in answer.citations} == set(text.split("\n\n"))


def test_what_was_called_off_leads_over_what_was_planned():
    plan = told("plan", "2025-12-11", "Disney will buy $1 billion of OpenAI equity and put money into OpenAI.")
    end = told("end", "2026-03-24", "Disney will not make its planned $1 billion investment in OpenAI equity.")
    assert articles(ask("Is Disney putting money into OpenAI?", plan, end))[:2] == ["end", "plan"]


def test_that_a_price_was_not_made_known_is_said():
    text = (
        "Netflix is buying InterPositive for its tools.\n\nIts founder joins Netflix.\n\nThe terms were not disclosed."
    )
    answer = ask(
        "What price is Netflix paying for InterPositive?",
        told("deal", "2026-03-06", text, title="Netflix buys InterPositive"),
    )
    assert "The terms were not disclosed." in [item.quote for item in answer.citations]


class Reads:
    """Reads the same words in every passage that has them, with a certainty."""

    def __init__(self, words, relevance):
        self.words, self.relevance = words, relevance

    def read(self, question, texts):
        return [self._reading(item.text) for item in texts]

    def _reading(self, text):
        word = next((one for one in self.words if one in text), "")
        at = text.find(word) if word else -1
        places = np.array([max(at, 0)], dtype=np.int32)
        return Reading(
            relevance=self.relevance, answered=0.9, span=(at, at + len(word)) if word else None, share=0.5,
            places=places, starts=np.array([0.5], dtype=np.float32),
        )  # fmt: skip


@pytest.mark.parametrize(("relevance", "notes"), [(3.0, [NoteKind.CONFLICT]), (-3.0, [])])
def test_amounts_that_the_reader_takes_for_the_answer_differ_whatever_the_question_counts(relevance, notes):
    one = told("one", "2025-01-27", "Spotify counted 629,439 streams of Heart.", publisher="CNBC")
    two = told("two", "2025-01-28", "Heart had drawn 250,000 streams on Spotify.", publisher="Reuters")
    asked = Question(text="How many Spotify plays did Heart have?", as_of=datetime(2026, 12, 1, tzinfo=UTC))
    answerer = ExtractiveAnswerer(
        HashingEncoder(), STATISTICS, weights=WEIGHTS, reader=Reads(("629,439", "250,000"), relevance)
    )
    (*_, answer) = answerer(asked, [one, two])
    assert [note.kind for note in answer.notes] == notes


@pytest.mark.parametrize(("relevance", "sentences"), [(0.0, 2), (-4.0, 1)])
def test_the_sentence_with_the_readers_words_is_quoted_beside_the_best_of_its_passage(relevance, sentences):
    text = "Runway has raised a Series D round of $308 million. Atlantic headed it. It rained in Cannes all week long."
    asked = Question(text="Who led the Series D round of Runway?", as_of=datetime(2026, 12, 1, tzinfo=UTC))
    answerer = ExtractiveAnswerer(
        HashingEncoder(),
        STATISTICS,
        weights=replace(WEIGHTS, sentence={"coverage": 20.0}),
        reader=Reads(("Atlantic",), relevance),
    )
    (*_, answer) = answerer(asked, [told("one", "2025-04-06", text)])
    assert [item.text for item in answer.sentences] == [
        "Runway has raised a Series D round of $308 million.",
        "Atlantic headed it.",
    ][:sentences]


@pytest.mark.parametrize(
    ("question", "standing"),
    [
        ("Status of the Suno suit?", True),
        ("What's the state of the Suno suit?", True),
        ("Can the public use Suno?", True),
        ("Suno's suit: where is it?", True),
        ("The Suno suit - what is its status?", True),
        ("How is the model of Suno coming along?", True),
        ("How much is Suno worth?", False),
        ("Who sued Suno?", False),
        ("weekly users of Suno?", False),
    ],
)
def test_a_question_may_ask_how_a_matter_stands(question, standing):
    assert asks_for_standing(question) is standing


def test_how_a_matter_stands_is_told_by_what_opens_the_newest_article():
    text = "Suno was sued in Boston over its songs.\n\nThe Suno suit lists 150 songs. The Suno suit asks for damages."
    answer = ask("status of the Suno suit?", told("a", "2024-06-24", text, title="Suno suit filed"))
    assert answer.sentences[0].text == "Suno was sued in Boston over its songs."


def test_the_newest_article_that_names_most_of_it_tells_how_a_matter_stands():
    older = told("older", "2025-04-09", "The Suno Fairness Act was brought back in Congress.", title="Congress")
    newer = told("newer", "2026-06-25", "A Senate committee has approved the Suno Fairness Act.", title="Senate")
    assert articles(ask("Has Congress passed the Suno Fairness Act?", older, newer))[0] == "newer"
    assert articles(ask("Which Congress passed the Suno Fairness Act?", older, newer))[0] == "older"


def test_a_question_about_now_is_led_by_the_newest_article_on_the_matter():
    first = told("first", "2024-09-18", "Lionsgate and Runway are building a model together.")
    then = told("then", "2026-06-11", "Lionsgate and Runway are making a series.")
    assert articles(ask("What are Lionsgate and Runway building together?", first, then))[0] == "then"
    assert articles(ask("What were Lionsgate and Runway building together?", first, then))[0] == "first"


@pytest.mark.parametrize(
    ("question", "now"),
    [
        ("What is OpenAI valued at?", True),
        ("suno valuation?", True),
        ("Who runs Ethovox?", True),
        ("Which studios are suing Midjourney", True),
        ("How much did Suno raise?", False),
        ("Who sued Midjourney?", False),
        ("Why did the deal fail?", False),
    ],
)
def test_the_tense_tells_whether_the_present_is_asked_about(question, now):
    assert is_about_now(question) is now


@pytest.mark.parametrize(
    ("question", "former"),
    [
        ("What was Lumen's original valuation?", True),
        ("What did the union ask for at first?", True),
        ("What was Lumen worth when Orbit bought it?", True),
        ("When did the strike end?", False),
        ("Is Lumen worth more than Orbit?", False),
    ],
)
def test_a_former_state_is_asked_for_in_so_many_words(question, former):
    assert asks_for_former(question) is former


def test_what_was_so_before_is_not_overtaken_by_what_is_so_now():
    older = told("a", "2024-01-05", "Lumen was valued at $2 billion when Orbit bought a part of it.")
    newer = told("b", "2024-05-05", "Lumen is now valued at $5 billion.")
    answer = ask("What was Lumen valued at when Orbit bought a part of it?", older, newer)
    assert not [note for note in answer.notes if note.kind is NoteKind.CHANGED]


def ask_reader(question, words, *passages, relevance=3.0):
    asked = Question(text=question, as_of=datetime(2026, 12, 1, tzinfo=UTC))
    reader = Reads(words, relevance)
    (*_, answer) = ExtractiveAnswerer(HashingEncoder(), STATISTICS, weights=WEIGHTS, reader=reader)(asked, passages)
    return answer


@pytest.mark.parametrize(
    ("others", "notes"),
    [
        ("Outside estimates have been lower: Appfigures put installs of Sora at 627,000.", [NoteKind.CONFLICT]),
        ("Outside estimates have been higher: Appfigures put installs of Sora at 627,000.", []),
        ("Outside estimates have been lower: Appfigures put installs of Sora at 400,000.", []),
        ("In the estimate of Appfigures installs of Sora were 627,000.", []),
    ],
)
def test_an_article_that_says_that_others_count_less_differs_from_the_one_that_counts_so(others, notes):
    one = told("one", "2025-10-09", "Installs of Sora in its first week were 627,000.", publisher="Storyboard")
    text = f"Sora passed one million downloads. It was no surprise. {others}"
    two = told("two", "2025-10-10", text, publisher="WebPro")
    answer = ask("How many installs of Sora were in its first week?", one, two)
    assert [note.kind for note in answer.notes] == notes
    if notes:
        assert "Sora passed one million downloads." in [item.quote for item in answer.citations]


@pytest.mark.parametrize(
    ("question", "words", "notes"),
    [
        ("What is the title of Nelson at OpenAI?", ("strategist",), [NoteKind.CONFLICT]),
        ("When will the film of Nelson open?", ("in 2027",), []),
    ],
)
def test_what_earlier_reports_said_is_a_disagreement_on_the_words_before_it_only(question, words, notes):
    text = (
        "The title of Nelson at OpenAI is strategist (last year's reports said specialist), and his film opens in 2027."
    )
    answer = ask_reader(question, words, told("one", "2026-05-22", text))
    assert [note.kind for note in answer.notes] == notes


@pytest.mark.parametrize(
    ("words", "notes"), [(("June 30, 2026",), []), (("November 8, 2023", "November 9, 2023"), [NoteKind.CONFLICT])]
)
def test_days_on_which_reports_agree_are_no_disagreement_though_others_in_the_sentence_are(words, notes):
    one = told("one", "2023-12-06", "The actors contract counts from November 8, 2023, and ends June 30, 2026.")
    text = "The actors contract counts from November 9, 2023, and it ends June 30, 2026."
    two = told("two", "2023-12-06", text, publisher="Screen")
    answer = ask_reader("When does the actors contract end or count from?", words, one, two)
    assert [note.kind for note in answer.notes] == notes
