"""A model's sentences on the page: marks by verdict, the list of verdicts, and nothing that is not inert."""

from dataclasses import replace

from fakes_page import ARTICLES, bound

from rag.generation import Generation
from rag.render import render_answer, render_evidence
from rag.render_written import written_by
from rag.schema import Answer, AnswerStatus, Citation, Question, Sentence, Verdict

ARTICLE = ARTICLES[0]
CITED = Citation(
    number=1, article=ARTICLE, passage_id="p", passage_start=0, passage_end=50, start=0, end=50, quote=ARTICLE.text[:50]
)  # fmt: skip
ANSWER = Answer(
    question=Question(text="Who?"),
    status=AnswerStatus.ANSWERED,
    as_of=bound("2026-01-01"),
    sentences=(
        Sentence(text="Harbor signed.", citations=(1,), verdict=Verdict.SUPPORTED),
        Sentence(text="It paid <b>9</b>.", citations=(), verdict=Verdict.UNSUPPORTED, reasons=("it does not say 9",)),
        Sentence(text="It is done in part.", citations=(1,), verdict=Verdict.PARTLY, reasons=("a part is missing",)),
    ),
    citations=(CITED,),
    generation=Generation(model="<tiny>", passages=3, prompt_tokens=1_200, answer_tokens=34, cost=0.0123),
)


def test_what_is_not_supported_is_struck_out_with_its_reason():
    page = render_answer(ANSWER, 2)
    assert page.count('<del class="struck"') == 1
    assert "it does not say 9" in page
    assert page.count('<span class="partly"') == 1
    assert "<b>" not in page
    assert 'href="#src-2-1"' in page


def test_the_panel_lists_every_verdict_with_its_sources():
    panel = render_evidence(ANSWER, 2)
    assert [panel.count(f'<li class="{verdict}">') for verdict in ("supported", "unsupported", "partly")] == [1, 1, 1]
    assert "it does not say 9" in panel
    assert "\n" not in panel


def test_a_quoted_answer_has_no_list_of_verdicts():
    quoted = replace(ANSWER, sentences=(Sentence(text="Harbor signed.", citations=(1,)),), generation=None)
    assert "verdicts" not in render_evidence(quoted, 1)
    assert "written by" not in render_answer(quoted, 1)


def test_who_wrote_is_told_with_tokens_and_cost_unless_it_failed():
    assert written_by(ANSWER.generation) == "written by <tiny>, 1,234 tokens, cost 0.0123"
    assert "<tiny>" not in render_answer(ANSWER, 1)
    assert written_by(replace(ANSWER.generation, failure="it is busy")) == ""


def test_while_the_model_has_said_nothing_the_page_says_what_it_is_doing_beside_the_quotes():
    waiting = replace(ANSWER, sentences=(), complete=False)
    assert "Writing from 3 passages…" in render_answer(waiting, 1)
    assert 'id="src-1-1"' in render_evidence(waiting, 1)
