"""Windows: what was found, widened by whole sentences, and handed on once."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Article, Passage, ScoredPassage, Scores
from rag.windows import windows

TEXT = "One is here. Two is here. Three is here. Four is here. Five is here. Six is here."
SPANS = [(0, 12), (13, 25), (26, 40), (41, 54), (55, 68), (69, 81)]


def found(start, end, *, name="a", text=TEXT):
    passage = Passage(
        id=f"{name}/{start}", article_id=name, version=1, ordinal=start, start=start, end=end, text=text[start:end]
    )
    article = Article(id=name, title="t", text=text)
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=1.0))


def spans(items, characters):
    made = windows(items, characters=characters, sentences=lambda _article: SPANS)
    return [(item.passage.id, item.passage.start, item.passage.end) for item in made]


def test_the_next_sentence_and_the_one_before_are_taken_in_by_turns():
    assert spans([found(26, 40)], 30) == [("a/26", 26, 54)]
    assert spans([found(26, 40)], 42) == [("a/26", 13, 54)]
    assert spans([found(26, 40)], 1000) == [("a/26", 0, 81)]


def test_a_passage_as_long_as_the_window_stays_as_it_is():
    assert spans([found(13, 54)], 41) == [("a/13", 13, 54)]
    assert spans([found(13, 54)], 0) == [("a/13", 13, 54)]


def test_a_passage_inside_a_window_before_it_is_left_out():
    assert spans([found(0, 12), found(13, 25), found(55, 81)], 30) == [("a/0", 0, 25), ("a/55", 55, 81)]


def test_of_a_passage_that_a_window_holds_in_part_the_rest_is_handed_on():
    assert spans([found(13, 25), found(0, 25)], 12) == [("a/13", 13, 25), ("a/0", 0, 12)]
    assert spans([found(26, 40), found(0, 68)], 14) == [("a/26", 26, 40), ("a/0", 41, 68)]


def test_a_window_does_not_reach_into_one_before_it():
    assert spans([found(26, 40), found(55, 68)], 45) == [("a/26", 13, 54), ("a/55", 55, 81)]


def test_articles_do_not_limit_one_another():
    assert spans([found(0, 12), found(0, 12, name="b")], 12) == [("a/0", 0, 12), ("b/0", 0, 12)]


@given(
    st.lists(st.sampled_from(["Ab cd.", "Efg hij klm.", "N?", "Opq rst uvw xyz!"]), min_size=1, max_size=12),
    st.integers(0, 120),
    st.randoms(use_true_random=False),
)
def test_windows_hold_their_passage_keep_to_the_text_and_do_not_overlap(sentences, characters, random):
    text = " ".join(sentences)
    edges, at = [], 0
    for sentence in sentences:
        edges.append((at, at + len(sentence)))
        at += len(sentence) + 1
    items = [found(*edge, text=text) for edge in edges]
    random.shuffle(items)
    by_id = {item.passage.id: item for item in items}
    made = list(windows(items, characters=characters, sentences=lambda _article: edges))
    for item in made:
        core = by_id[item.passage.id].passage
        assert item.passage.start <= core.start < core.end <= item.passage.end
        assert text[item.passage.start : item.passage.end] == item.passage.text
        assert len(item.passage.text) <= max(characters, core.end - core.start)
    taken = sorted((item.passage.start, item.passage.end) for item in made)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(taken))
