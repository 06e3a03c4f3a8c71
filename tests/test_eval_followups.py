"""Measuring how follow-up questions are rewritten."""

from archives import LATER, article, opened, take

from eval.followup_command import table
from eval.followups import Fresh, Share, follow, fresh
from eval.gold import Evidence, GoldQuestion
from rag.engine import Engine
from rag.schema import Question, Turn

SUIT = "Harbor sued Lumen over three hundred copied drawings in the federal court of Denver on Monday."
PRICE = "Keel paid Tiller nine million dollars for a library of recorded sea shanties, both said."


def gold(name, text, *, standalone=None, conversation=(), evidence=("suit",), answers=(("Denver",),)):
    return GoldQuestion(
        id=name, question=Question(text=text, as_of=LATER, conversation=conversation), standalone=standalone or text,
        answers=answers, evidence=tuple(Evidence(article_id=item, quote="") for item in evidence), kind="fact",
        answerable=True, pair=None, note="",
    )  # fmt: skip


def test_a_follow_up_is_compared_with_its_standalone_wording(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("suit", SUIT, published="2024-03-12"), article("price", PRICE, published="2024-03-13")])
        asked = gold(
            "one", "in which court?", standalone="In which court did Harbor sue Lumen?",
            conversation=(Turn(question="Who sued Lumen?", answer="Harbor sued Lumen."),),
        )  # fmt: skip
        (found,) = follow(Engine(stores), [asked, gold("two", "Who sued Lumen?")])
    assert found.read == "In which court did Harbor sue Lumen?"
    assert (found.shared, found.first, found.found, found.findable) == (2, True, True, True)
    lines = table([found], [Fresh(id="two", before="", asked="Who?", read="Who?")], show=True).splitlines()
    assert lines[0] == "2 of 5  one  in which court? → In which court did Harbor sue Lumen?"
    assert "best one among the five:" in lines[3]
    assert "1/1 = 1.000" in lines[3]


def test_fresh_questions_are_put_after_any_other_and_after_one_on_the_same_article():
    questions = [
        gold("one", "Who sued Lumen?", answers=(("Harbor",),)),
        gold("two", "What did Keel pay Tiller?", evidence=("price",)),
        gold("three", "Where was Lumen sued?"),
        gold("four", "and why?", conversation=(Turn(question="Who sued Lumen?", answer="Harbor."),)),
    ]
    found = list(fresh(questions))
    assert [item.id for item in found] == ["one", "one", "two", "three", "three"]
    assert found[1].before == "Where was Lumen sued?"
    assert all(item.read == item.asked for item in found)
    assert found == list(fresh(questions))


def test_a_share_has_its_interval_of_wilson():
    assert str(Share(count=9, total=10)) == "9/10 = 0.900 [0.60, 0.98]"
    assert str(Share(count=0, total=0)) == "none to count"
