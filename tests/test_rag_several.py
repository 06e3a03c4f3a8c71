"""A question with several parts is answered part by part, and it is said which part is not answered."""

from __future__ import annotations

from datetime import UTC, datetime

from archives import article

from rag.schema import (
    Answer,
    AnswerStatus,
    Citation,
    Note,
    NoteKind,
    Passage,
    Question,
    ScoredPassage,
    Scores,
    Sentence,
    Support,
)
from rag.several import answer_parts, by_turns

AS_OF = datetime(2024, 6, 1, tzinfo=UTC)
LUMEN = article("lumen", "Lumen was valued at $2 billion.", published="2024-01-01")
ORBIT = article("orbit", "Orbit was valued at $3 billion.", published="2024-02-01")
WHOLE = Question(text="Lumen or Orbit, valuations?", as_of=AS_OF)
PARTS = ("Lumen, valuations?", "Orbit, valuations?")


def passage(item, start=0, end=None):
    end = len(item.text) if end is None else end
    span = Passage(
        id=f"{item.id}-{start}", article_id=item.id, version=1, ordinal=0, start=start, end=end,
        text=item.text[start:end],
    )  # fmt: skip
    return ScoredPassage(passage=span, article=item, scores=Scores(final=0.5))


class Finder:
    """Finds the articles whose names stand in the question."""

    def __init__(self):
        self.asked = []

    def __call__(self, question, *, limit=10):
        self.asked.append(question.text)
        return [passage(item) for item in (LUMEN, ORBIT) if item.id in question.text.lower()][:limit]


class Quoter:
    """Quotes the best passage, with a note on it; knows nothing of what is ``unknown``."""

    def __init__(self, *unknown, support=Support.WELL):
        self.unknown = unknown
        self.support = support

    def __call__(self, question, passages):
        best = passages[0]
        blank = Answer(
            question=question, status=AnswerStatus.ABSTAINED, as_of=AS_OF, passages=tuple(passages),
            nearest=(best,), confidence=0.1,
        )  # fmt: skip
        if any(name in question.text for name in self.unknown):
            yield blank
            return
        text = best.article.text
        yield Answer(
            question=question,
            status=AnswerStatus.ANSWERED,
            as_of=AS_OF,
            sentences=(Sentence(text=text, citations=(1,)),),
            citations=(
                Citation(
                    number=1, article=best.article, passage_id=best.passage.id, passage_start=0,
                    passage_end=len(text), start=0, end=len(text), quote=text,
                ),
            ),
            passages=tuple(passages),
            confidence=0.8,
            support=self.support,
            notes=(Note(kind=NoteKind.CHANGED, text="It changed.", citations=(1,)),),
        )  # fmt: skip


def ask(answerer, parts=PARTS):
    return list(answer_parts(Finder(), answerer, WHOLE, parts, limit=12))


def test_each_part_is_quoted_and_citations_count_on():
    *_, answer = ask(Quoter())
    assert answer.text == "Lumen was valued at $2 billion. [1] Orbit was valued at $3 billion. [2]"
    assert [item.article.id for item in answer.citations] == ["lumen", "orbit"]
    assert [note.citations for note in answer.notes] == [(1,), (2,)]
    assert (answer.support, answer.confidence, answer.question) == (Support.WELL, 0.8, WHOLE)


def test_the_answer_grows_part_by_part():
    first, last = ask(Quoter())
    assert (first.complete, last.complete) == (False, True)
    assert last.sentences[: len(first.sentences)] == first.sentences


def test_a_part_without_an_answer_is_noted_and_leaves_the_support_partial():
    *_, answer = ask(Quoter("Orbit"))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.support is Support.PARTLY
    assert answer.notes[-1].text == "The articles do not answer this part: “Orbit, valuations?”"
    assert answer.nearest == ()


def test_it_abstains_with_the_nearest_of_every_part_when_none_is_answered():
    (answer,) = ask(Quoter("Lumen", "Orbit"))
    assert (answer.status, answer.sentences, answer.notes, answer.support) == (AnswerStatus.ABSTAINED, (), (), None)
    assert [item.article.id for item in answer.nearest] == ["lumen", "orbit"]


def test_a_part_is_answered_from_its_own_passages_and_else_from_the_whole_questions_too():
    class Counter(Quoter):
        seen = ()

        def __call__(self, question, passages):
            self.seen = (*self.seen, (question.text, tuple(item.article.id for item in passages)))
            yield from super().__call__(question, passages)

    answerer = Counter("Orbit")
    ask(answerer)
    assert answerer.seen == (
        ("Lumen, valuations?", ("lumen",)),
        ("Orbit, valuations?", ("orbit",)),
        ("Orbit, valuations?", ("orbit", "lumen")),
    )


def test_what_two_parts_quote_is_quoted_once():
    *_, answer = ask(Quoter(), parts=("Lumen, valuation?", "Lumen, price?"))
    assert len(answer.sentences) == len(answer.citations) == 1
    assert len(answer.notes) == 1


def test_passages_of_the_whole_and_of_the_parts_come_by_turns_and_once():
    *_, answer = ask(Quoter())
    assert [item.article.id for item in answer.passages] == ["lumen", "orbit"]


def test_an_overlapping_passage_is_left_out():
    one, two, three = passage(LUMEN, 0, 20), passage(LUMEN, 10, 30), passage(LUMEN, 20, 31)
    assert by_turns([[one], [two, three]]) == [one, three]
