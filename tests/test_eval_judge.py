"""From a gold question and its answer to a record: what counts as found, cited, said and right."""

from dataclasses import dataclass, replace

import pytest
from archives import article, on
from eval_records import citation, evidence, gold, midnight, record, unanswerable
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Evidence, Period
from eval.judge import failed, holds, is_right, judge, plain, says, verdict_of
from eval.record import TurnRecord, Verdict
from rag.schema import Answer, AnswerStatus, Citation, Passage, Question, Scope, ScoredPassage, Scores, Sentence, Turn

FIRST, SECOND, THIRD = "Luma raised $900 million.", "Humain led the round.", "It closes in May."
LUMA = article("luma", f"{FIRST} {SECOND} {THIRD}", title="Luma raises", published="2025-11-20", publisher="CNBC")
OLDER = replace(LUMA, text=f"{FIRST[:-1]}, they say. {SECOND}", version=1)
LUMA = replace(LUMA, version=2)
OTHER = article("other", LUMA.text, published="2025-12-01", publisher="Wire")
CLOCK = midnight("2026-01-01")


@dataclass(frozen=True)
class Shelf:
    """An archive to read from: articles by id and version, the newest by default."""

    articles: tuple = (OLDER, LUMA, OTHER)

    def article(self, article_id, *, version=None):
        held = [item for item in self.articles if item.id == article_id and version in {None, item.version}]
        return max(held, key=lambda item: item.version, default=None)


def span_of(words, text=LUMA.text):
    start = text.index(words)
    return start, start + len(words)


def retrieved(words, source=LUMA, *, final=1.0):
    start, end = span_of(words, source.text)
    passage = Passage(
        id=f"{source.id}#{start}", article_id=source.id, version=source.version, ordinal=0, start=start, end=end,
        text=words,
    )  # fmt: skip
    scores = Scores(final=final, dense=0.25, lexical=3.0, recency=0.5)
    return ScoredPassage(passage=passage, article=source, scores=scores)


def cited(words, number=1, source=LUMA):
    start, end = span_of(words, source.text)
    return Citation(
        number=number, article=source, passage_id="p", passage_start=0, passage_end=len(source.text), start=start,
        end=end, quote=words,
    )  # fmt: skip


def answer(*quotes, passages=(), confidence=0.8, **fields):
    """An answer of quotes of ``LUMA``, or of citations as they are; a refusal when there is none."""
    citations = [cited(item, at) if isinstance(item, str) else item for at, item in enumerate(quotes, start=1)]
    return Answer(
        **{
            "question": Question(text="?"), "as_of": CLOCK, "confidence": confidence, "passages": tuple(passages),
            "status": AnswerStatus.ANSWERED if quotes else AnswerStatus.ABSTAINED, "citations": tuple(citations),
            "sentences": tuple(Sentence(text=item.quote, citations=(item.number,)) for item in citations), **fields,
        }
    )  # fmt: skip


def judged(question, said, *, archive=None, **options):
    return judge(archive or Shelf(), question, said, **options)


# --- the same words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("Luma raised $900 million.", "$900 million"),
        ("LUMA raised", "luma"),
        ("the “AI‑made” film", '"ai-made"'),  # a hyphen that does not break
        ("the AI‐made film", "AI-made"),
        ("from 2023–2024", "2023-2024"),
        ("the studio’s film", "studio's"),
        ("raised $900 million", "$900  million "),
        ("It cost $3.", "$3"),
        ("It cost US$3 billion", "$3 billion"),
        ("between 3, 4 and 5", "3"),
        ("grew 5%", "5%"),
        ("(Aria)", "aria"),
        ("ﬁlm", "film"),
    ],
)
def test_an_alias_is_found_as_whole_words_however_it_is_set(text, alias):
    assert says(text, alias)


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("Lumascope raised", "luma"),
        ("paluma", "luma"),
        ("It cost 1.5 billion", "5 billion"),
        ("It cost $3.5 billion", "$3"),
        ("It has 3.5 lines", "3"),
        ("It has 1,500 lines", "500"),
        ("It has 1,500 lines", "1"),
        ("It has 15 lines", "1"),
        ("Luma raised $900 million.", ""),
        ("Luma raised $900 million.", "  "),
    ],
)
def test_a_part_of_a_word_or_number_is_not_that_word_or_number(text, alias):
    assert not says(text, alias)


@given(st.text("aÉé’“”‑–— \u00a0\tﬁ½.,$", max_size=20))
def test_plain_text_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)


@given(st.text("abc 12$€é’-", min_size=1, max_size=8).filter(lambda text: text.strip()))
def test_a_text_says_itself_between_other_words(alias):
    assert says(f"So it was {alias} then", alias)
    assert says(alias.upper(), alias)


def test_every_part_is_wanted_in_any_of_its_wordings_from_any_quote():
    quotes = [citation(quote="Luma raised it."), citation(2, quote="Humain paid.")]
    assert is_right(quotes, [["Luma AI", "Luma"], ["Humain"]])
    assert not is_right(quotes, [["Luma"], ["Aria", "Oslo"]])
    assert not is_right([], [["Luma"]])
    assert not is_right(quotes, [])


# --- evidence in a span ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [(5, 15, True), (0, 10, True), (10, 20, True), (0, 9, False), (11, 20, False), (9, 11, False), (20, 30, False)],
)
def test_a_span_holds_a_quote_by_half_of_it(start, end, held):
    text = "....." + "0123456789" + "....."
    assert holds(text, start, end, "0123456789") is held


def test_a_quote_that_is_not_in_the_text_is_held_by_no_span():
    assert not holds("abcdef", 0, 6, "uvwxyz")


# --- verdicts -------------------------------------------------------------------------------------

QUOTE = {"quote": "It closes in May."}
SAID = citation(quote="Luma raised $900 million.")


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        (Verdict.ERROR, {"error": "ValueError: no", "citations": (SAID,)}),
        (Verdict.RIGHT_REFUSAL, {"answerable": False, "declined": True}),
        (Verdict.FALSE_ANSWER, {"answerable": False, "citations": (SAID,)}),
        (Verdict.WRONG_REFUSAL, {"declined": True, "evidence": (evidence(1),)}),
        # An accepted answer in a cited quote is right, also when it is another quote than the gold one.
        (Verdict.RIGHT, {"citations": (SAID,), "evidence": (evidence(None, indexed=False),)}),
        (Verdict.NOT_INDEXED, {"evidence": (evidence(None, indexed=False), evidence(None, indexed=False))}),
        (Verdict.NOT_RETRIEVED, {"evidence": (evidence(None, indexed=False), evidence(None))}),
        (Verdict.NOT_CITED, {"evidence": (evidence(None), evidence(9)), "citations": (citation(),)}),
        (Verdict.NOT_SAID, {"evidence": (evidence(1),), "citations": (citation(), citation(2, gold=True))}),
    ],
)
def test_the_first_reason_on_the_way_counts(verdict, fields):
    assert verdict_of(record(answers=(("$900 million",),), **fields)) is verdict


def test_only_two_verdicts_are_good():
    assert [item for item in Verdict if item.is_good] == [Verdict.RIGHT, Verdict.RIGHT_REFUSAL]


# --- judging an answer ----------------------------------------------------------------------------


def test_a_right_answer_is_recorded_with_all_that_shows_why():
    found = judged(gold(note="n"), answer(FIRST, passages=[retrieved(THIRD), retrieved(FIRST, final=0.5)]))
    assert (found.verdict, found.declined, found.right_if_answered, found.confidence) == (
        Verdict.RIGHT, False, True, 0.8,
    )  # fmt: skip
    assert (found.text, found.short, found.note) == (f"{FIRST} [1]", FIRST, "n")
    assert [(item.rank, item.gold, item.holds_answer) for item in found.passages] == [
        (1, False, False),
        (2, True, True),
    ]
    shown = found.passages[1]
    assert (shown.final, shown.dense, shown.lexical, shown.recency) == (0.5, 0.25, 3.0, 0.5)
    assert (shown.article, shown.publisher, shown.published) == ("luma", "CNBC", "2025-11-20")
    assert found.rank == found.evidence[0].rank == 2
    assert (found.evidence[0].title, found.evidence[0].published, found.evidence[0].start) == (
        "Luma raises", "2025-11-20", 0,
    )  # fmt: skip
    (quoted,) = found.citations
    assert (quoted.intact, quoted.gold, quoted.holds_answer, quoted.in_period) == (True, True, True, None)
    assert LUMA.text[quoted.start : quoted.end] == quoted.quote
    assert found.values["MRR@10"] == 0.5
    assert found.values["exact match"] == 0
    assert found.values["token F1"] == pytest.approx(2 * 2 / (4 + 2))  # two of "luma raised 900 million"


def test_the_short_answer_is_the_first_highlight():
    sentences = (
        Sentence(text=SECOND, citations=(2,)),
        Sentence(text=FIRST, citations=(1,), highlight=span_of("$900 million")),
    )
    found = judged(gold(), answer(FIRST, SECOND, sentences=sentences))
    assert found.short == "$900 million"
    assert found.values["exact match"] == 1
    assert judged(gold(), answer(FIRST, SECOND)).short == f"{FIRST} {SECOND}"


def test_words_of_another_article_are_no_gold_evidence():
    found = judged(gold(), answer(cited(SECOND, source=OTHER), passages=[retrieved(FIRST, OTHER)]))
    assert found.verdict is Verdict.NOT_RETRIEVED
    assert not found.passages[0].gold
    assert found.passages[0].holds_answer
    assert not judged(gold(), answer(cited(FIRST, source=OTHER))).citations[0].gold


def test_each_quote_has_the_rank_of_the_first_passage_that_holds_it():
    both = (Evidence(article_id="luma", quote=SECOND), Evidence(article_id="luma", quote=THIRD))
    passages = [retrieved(FIRST), retrieved(f"{SECOND} {THIRD}"), retrieved(THIRD)]
    found = judged(gold(evidence=both), answer(passages=passages))
    assert [item.rank for item in found.evidence] == [2, 2]
    assert [item.gold for item in found.passages] == [False, True, True]
    assert found.rank == 2
    assert found.values["recall@5"] == 1
    assert found.values["hit@1"] == 0


def test_a_citation_is_gold_by_half_of_the_shorter_of_it_and_the_gold_quote():
    def is_gold(words, quote):
        return judged(gold(evidence=(Evidence(article_id="luma", quote=quote),)), answer(words)).citations[0].gold

    assert is_gold("$900 million", FIRST)
    assert is_gold(LUMA.text, FIRST)
    assert is_gold(FIRST, f"raised $900 million. {SECOND}")  # 20 of the 25 characters
    assert not is_gold(f"million. {SECOND}", FIRST)  # 8 of the 25
    assert not is_gold(SECOND, FIRST)


@pytest.mark.parametrize(
    ("source", "words", "intact"),
    [
        (LUMA, FIRST, True),
        (OLDER, "Luma raised $900 million, they say.", True),  # held in the version that it names
        (replace(LUMA, text=LUMA.text.replace("900", "800")), "Luma raised $800 million.", False),
        (replace(LUMA, text=" " + LUMA.text), FIRST, False),  # one character off
        (replace(LUMA, version=7), FIRST, False),
        (replace(LUMA, id="gone"), FIRST, False),
    ],
)
def test_a_quote_is_intact_when_the_archive_has_it_at_its_place_in_its_version(source, words, intact):
    found = judged(gold(), answer(cited(words, source=source)))
    assert found.citations[0].intact is intact
    assert found.values["citation integrity"] == intact


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2025-10-31", False), ("2025-11-01", True), ("2025-11-30", True), ("2025-12-01", False), (None, False)],
)
def test_the_period_is_half_open_and_an_undated_article_lies_outside(day, inside):
    source = replace(LUMA, published_at=None if day is None else on(day))
    period = Period(start=midnight("2025-11-01"), end=midnight("2025-12-01"))
    found = judged(gold(period=period), answer(cited(FIRST, source=source)))
    assert found.citations[0].in_period is inside
    assert found.period == ("2025-11-01", "2025-12-01")


def test_without_a_period_in_words_that_of_the_scope_counts():
    scope = Scope(
        published_from=midnight("2025-12-01"), published_until=midnight("2026-01-01"), publishers=("CNBC",),
        sections=("Law",),
    )  # fmt: skip
    found = judged(gold(question=Question(text="?", scope=scope)), answer(FIRST))
    assert found.period == ("2025-12-01", "2026-01-01")
    assert found.scope == {"from": "2025-12-01", "until": "2026-01-01", "publishers": ["CNBC"], "sections": ["Law"]}
    assert found.citations[0].in_period is False
    assert found.as_of is None
    half = gold(question=Question(text="?", scope=Scope(published_from=midnight("2025-12-01"))))
    assert judged(half, answer(FIRST)).period is None


def test_the_as_of_date_is_the_last_day_that_counts():
    assert judged(gold(as_of="2025-12-31"), answer()).as_of == "2025-12-31"


@pytest.mark.parametrize(
    ("articles", "as_of", "indexed"),
    [
        ((LUMA,), "2025-11-20", True),
        ((LUMA,), "2025-11-19", False),
        ((replace(LUMA, published_at=None),), "2000-01-01", True),
        ((replace(LUMA, duplicate_of="other"),), "2025-12-31", False),
        ((replace(LUMA, text=SECOND),), "2025-12-31", False),
        ((OTHER,), "2025-12-31", False),
    ],
)
def test_evidence_is_indexed_when_its_article_is_searched_as_of_the_question(articles, as_of, indexed):
    found = judged(gold(as_of=as_of), answer(SECOND), archive=Shelf(articles))
    assert found.evidence[0].indexed is indexed
    assert found.verdict is (Verdict.NOT_RETRIEVED if indexed else Verdict.NOT_INDEXED)


def test_a_refusal_is_right_or_wrong_by_what_was_withheld():
    found = judged(gold(), answer(passages=[retrieved(FIRST)], confidence=0.2), withheld=answer(FIRST))
    assert (found.verdict, found.declined, found.right_if_answered) == (Verdict.WRONG_REFUSAL, True, True)
    assert found.citations == ()
    assert found.values["answer in cited quotes"] == 0
    assert not judged(gold(), answer(), withheld=answer(SECOND)).right_if_answered
    assert not judged(gold(), answer()).right_if_answered


def test_no_answer_to_the_unanswerable_is_right():
    hopeful = unanswerable(answers=(("$900 million",),))
    found = judged(hopeful, answer(), withheld=answer(FIRST))
    assert (found.verdict, found.right_if_answered) == (Verdict.RIGHT_REFUSAL, False)
    found = judged(hopeful, answer(FIRST))
    assert (found.verdict, found.right_if_answered) == (Verdict.FALSE_ANSWER, False)


def test_parts_of_an_answer_may_stand_in_several_quotes():
    parts = (("$900 million",), ("Humain",))
    assert judged(gold(answers=parts), answer(FIRST, SECOND)).verdict is Verdict.RIGHT
    found = judged(gold(answers=parts), answer(FIRST))
    assert found.verdict is Verdict.NOT_RETRIEVED
    assert judged(gold(answers=parts), answer(FIRST, passages=[retrieved(FIRST)])).verdict is Verdict.NOT_SAID


def test_a_failed_question_keeps_what_was_asked_and_why_it_failed():
    asked = Question(text="And Luma?", conversation=(Turn(question="Who raised?", answer="Luma."),))
    found = failed(gold(question=asked, standalone="How much did Luma raise?"), TimeoutError("too slow"))
    assert (found.verdict, found.error) == (Verdict.ERROR, "TimeoutError: too slow")
    assert (found.question, found.standalone) == ("And Luma?", "How much did Luma raise?")
    assert found.conversation == (TurnRecord(question="Who raised?", answer="Luma."),)
    assert [item.article for item in found.evidence] == ["luma"]
    assert found.values["failed"] == 1
    assert found.values["hit@10"] == 0


def test_a_record_is_read_back_as_it_was_written():
    found = judged(
        gold(), answer(FIRST, passages=[retrieved(FIRST), retrieved(SECOND)], seconds={"total": 0.123456789})
    )
    assert found.seconds == {"total": 0.12346}
    assert type(found).model_validate_json(found.model_dump_json()) == found
