"""How old an answer is said to be, and when it is called old."""

from datetime import UTC, datetime, timedelta

from archives import article, on

from rag.freshness import freshness
from rag.schema import Answer, AnswerStatus, Citation, NoteKind, Question, Understanding

AS_OF = datetime(2024, 5, 25, tzinfo=UTC)  # the end of 24 May
STILL = Understanding(text="Is it still so?", latest=True)
PLAIN = Understanding(text="Was it so?")


def cited(*days):
    citations = tuple(
        Citation(
            number=number, article=article(f"a{number}", "It is so.", published=day), passage_id="p", passage_start=0,
            passage_end=9, start=0, end=9, quote="It is so.",
        )
        for number, day in enumerate(days, start=1)
    )  # fmt: skip
    status = AnswerStatus.ANSWERED if days else AnswerStatus.ABSTAINED
    return Answer(question=Question(text="x", as_of=AS_OF), status=status, as_of=AS_OF, citations=citations)


def notes(answer, understanding=STILL, *, newest="2024-05-20", stale_days=30):
    found = freshness(answer, understanding, newest=on(newest) if newest else None, stale_days=stale_days)
    return [(note.kind, note.text, note.citations) for note in found]


def test_a_question_for_the_newest_state_is_told_how_old_its_newest_article_is():
    assert notes(cited("2024-05-03", "2024-04-01", "2024-05-03", None)) == [
        (NoteKind.AGE, "Newest: 3 May 2024, 21 days before the as-of date.", (1, 3))
    ]
    assert notes(cited("2024-05-23"))[0][1] == "Newest: 23 May 2024, 1 day before the as-of date."
    assert notes(cited("2024-05-24"))[0][1] == "Newest: 24 May 2024, the as-of date itself."


def test_an_old_article_is_called_old_from_the_day_after_the_setting():
    ((kind, text, numbers),) = notes(cited("2024-05-03"), stale_days=20)
    assert (kind, numbers) == (NoteKind.STALE, (1,))
    assert text == "Newest: 3 May 2024, 21 days before the as-of date. It may have changed since."
    assert notes(cited("2024-05-03"), stale_days=21)[0][0] is NoteKind.AGE


def test_other_questions_and_undated_articles_have_no_age():
    assert notes(cited("2020-01-01"), PLAIN) == notes(cited(None)) == notes(cited()) == []


def test_an_archive_that_ends_early_is_told_with_every_answer():
    expected = (
        NoteKind.STALE,
        "The archive ends on 20 May 2024, 4 days before the as-of date: what was reported later is not in it.",
        (),
    )
    for answer in (cited("2020-01-01"), cited()):
        assert notes(answer, PLAIN, stale_days=3) == [expected]
        assert notes(answer, PLAIN, stale_days=4) == notes(answer, PLAIN, newest=None, stale_days=0) == []


def test_days_are_those_of_the_bound_that_closes_them():
    later = AS_OF + timedelta(seconds=1)
    answer = Answer(question=Question(text="x", as_of=later), status=AnswerStatus.ABSTAINED, as_of=later)
    assert "5 days" in notes(answer, PLAIN, stale_days=3)[0][1]
