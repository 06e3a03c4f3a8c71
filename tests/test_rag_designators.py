import pytest

from rag.designators import designated, designators_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("How large was Suno's Series C?", {"series c"}),
        ("who watched season two of it", {"season 2"}),
        ("the second season and Season 3", {"season 2", "season 3"}),
        ("the Third Circuit and the 9th Circuit", {"circuit 3", "circuit 9"}),
        ("a series of films, in part", set()),
        ("Part II of the report", {"part 2"}),
    ],
)
def test_one_spelling_for_all(text, found):
    assert designators_of(text) == found


def test_a_passage_on_another_round_has_not_what_is_asked_for():
    assert designated("Who led the Series C?", "Spark led its Series B.") == 0
    assert designated("Who led the Series B?", "Spark led the series B round.") == 1
    assert designated("Who led the Series A and the Series B?", "the Series A") == 0.5
    assert designated("Who led it?", "Spark") == 1
