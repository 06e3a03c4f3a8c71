"""Several publishers side by side: every one is searched, quoted and named, or said to be silent."""

from datetime import UTC, datetime

import pytest
from archives import article

from rag.hearing import answer_each, hear, side_by_side
from rag.schema import (
    Answer,
    AnswerStatus,
    Citation,
    Kind,
    Limit,
    LimitKind,
    Note,
    NoteKind,
    Passage,
    Question,
    Scope,
    ScoredPassage,
    Scores,
    Sentence,
    Understanding,
)

AS_OF = datetime(2024, 6, 1, tzinfo=UTC)
TEXT = "What did Variety and Deadline report on the strike?"
UNDERSTOOD = Understanding(
    text=TEXT,
    scope=Scope(publishers=("Variety", "Deadline", "deadline.com")),
    limits=(Limit(kind=LimitKind.PUBLISHERS, spans=((9, 29),)),),
    each=(("Variety",), ("Deadline", "deadline.com")),
)
VARIETY = [article(f"v{n}", f"Variety line {n}.", publisher="Variety", published="2024-01-01") for n in range(3)]
DEADLINE = [
    article(f"d{n}", f"Deadline line {n}.", publisher="deadline.com", published="2024-01-01", kind=Kind.BRIEF)
    for n in range(2)
]


def passage(item):
    span = Passage(id=item.id, article_id=item.id, version=1, ordinal=0, start=0, end=len(item.text), text=item.text)
    return ScoredPassage(passage=span, article=item, scores=Scores(final=0.5))


class Finder:
    """Finds all articles of the publishers in the scope, and remembers what was asked."""

    def __init__(self, *articles):
        self.articles = articles
        self.asked = []

    def __call__(self, question, *, limit=10):
        self.asked.append(question)
        inside = [item for item in self.articles if item.publisher in question.scope.publishers]
        return [passage(item) for item in inside][:limit]


class Quoter:
    """Quotes every passage that does not keep quiet, with a note on its last citation."""

    def __init__(self, *silent):
        self.silent = silent

    def __call__(self, question, passages):
        said = [item for item in passages if item.article.publisher not in self.silent]
        blank = Answer(
            question=question, status=AnswerStatus.ABSTAINED, as_of=AS_OF, passages=tuple(passages),
            nearest=tuple(passages), confidence=0.1,
        )  # fmt: skip
        yield blank if not said else Answer(
            question=question,
            status=AnswerStatus.ANSWERED,
            as_of=AS_OF,
            sentences=tuple(
                Sentence(text=item.article.text, citations=(number,)) for number, item in enumerate(said, start=1)
            ),
            citations=tuple(
                Citation(
                    number=number, article=item.article, passage_id=item.passage.id, passage_start=0,
                    passage_end=item.passage.end, start=0, end=item.passage.end, quote=item.article.text,
                )
                for number, item in enumerate(said, start=1)
            ),
            notes=(Note(kind=NoteKind.AGE, text="noted", citations=(1,)),),
            passages=tuple(passages),
            confidence=0.4 + 0.1 * len(said),
        )  # fmt: skip


def heard(finder, answerer, *, limit=4):
    hearings = hear(finder, Question(text=TEXT, scope=UNDERSTOOD.scope, as_of=AS_OF), UNDERSTOOD, limit=limit)
    return hearings, list(answer_each(answerer, hearings))


def test_every_publisher_is_searched_by_all_its_names_and_asked_alone():
    finder = Finder(*VARIETY, *DEADLINE)
    hearings, _ = heard(finder, Quoter())
    assert [item.scope.publishers for item in finder.asked] == [("Variety",), ("Deadline", "deadline.com")]
    assert finder.asked[0].text == "What did Variety report on the strike?"
    assert finder.asked[1].text == "What did Deadline report on the strike?"
    assert [item.article.id for item in side_by_side(hearings)] == ["v0", "d0", "v1", "d1"]


def test_each_is_quoted_from_its_best_article_behind_its_name():
    _, answers = heard(Finder(*VARIETY, *DEADLINE), Quoter())
    assert [answer.complete for answer in answers] == [False, True]
    last = answers[-1]
    assert last.text == "Variety: Variety line 0. [1] From a report by deadline.com: Deadline line 0. [2]"
    assert [item.number for item in last.citations] == [1, 2]
    assert [note.citations for note in last.notes] == [(1,), (2,)]
    assert last.confidence == pytest.approx(0.6)
    assert [item.article.id for item in last.passages] == ["v0", "d0", "v1", "d1"]
    assert last.nearest == ()


def test_who_has_nothing_to_say_is_told():
    _, answers = heard(Finder(*VARIETY, *DEADLINE), Quoter("Variety"))
    assert answers[-1].text == "From a report by deadline.com: Deadline line 0. [1]"
    assert [note.text for note in answers[-1].notes] == ["Nothing credited to Variety answers this.", "noted"]
    _, answers = heard(Finder(*VARIETY), Quoter())
    assert [note.text for note in answers[-1].notes] == ["noted", "Nothing credited to Deadline was found."]


def test_when_nobody_answers_the_nearest_of_each_are_offered():
    _, answers = heard(Finder(*VARIETY, *DEADLINE), Quoter("Variety", "deadline.com"), limit=6)
    (answer,) = answers
    assert (answer.status, answer.complete, answer.confidence) == (AnswerStatus.ABSTAINED, True, 0.1)
    assert [item.article.id for item in answer.nearest] == ["v0", "v1", "d0", "d1"]
    assert {note.kind for note in answer.notes} == {NoteKind.LIMITS}
