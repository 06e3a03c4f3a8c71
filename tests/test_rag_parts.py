"""A question with several parts → one question for each part."""

from __future__ import annotations

import pytest

from rag.parts import parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who runs Lumen Music and who runs Orbit?",
            ("Who runs Lumen Music?", "Who runs Orbit?"),
        ),
        (
            "How much stock did Orbit sell in the November tender, and what did it pledge later?",
            ("How much stock did Orbit sell in the November tender?", "What did it pledge later (Orbit)?"),
        ),
        (
            "Leaders of Lumen's rounds: who headed the Series C and who the Series E?",
            ("Who headed the Series C (Lumen)?", "Who headed the Series E (Lumen)?"),
        ),
        (
            "Trace the leaders of Lumen's rounds: who headed the Series C and who the Series E?",
            ("Who headed the Series C (Lumen)?", "Who headed the Series E (Lumen)?"),
        ),
        (
            "Lumen: date of the launch at home, and the date of the launch abroad",
            ("Date of the launch at home (Lumen)?", "The date of the launch abroad (Lumen)?"),
        ),
        (
            "Strike length: writers or actors longer?",
            ("Strike length: writers longer?", "Strike length: actors longer?"),
        ),
        ("Lumen against Orbit, valuations in 2024?", ("Lumen, valuations in 2024?", "Orbit, valuations in 2024?")),
        (
            "Lumen or Orbit: which was worth more, and by how much?",
            ("Lumen: which was worth more, and by how much?", "Orbit: which was worth more, and by how much?"),
        ),
        (
            "On what grounds do Lumen and Orbit each call their models clean?",
            ("On what grounds do Lumen call their models clean?", "On what grounds do Orbit call their models clean?"),
        ),
        ("Did Lumen get more visitors than Orbit?", ("Did Lumen get more visitors?", "Did Orbit get more visitors?")),
        (
            "What counts as harm in SB 53 as against the damage in SB 1047?",
            ("What counts as harm in SB 53?", "The damage in SB 1047?"),
        ),
        (
            "What did the end of Lumen mean for Orbit's money and for the makers of the film?",
            (
                "What did the end of Lumen mean for Orbit's money?",
                "What did the end of Lumen mean for the makers of the film?",
            ),
        ),
        (
            "How did submissions to the Lumen Festival change between its first edition and the 2026 one?",
            (
                "How did submissions to the Lumen Festival change at its first edition?",
                "How did submissions to the Lumen Festival change at the 2026 one?",
            ),
        ),
    ],
)
def test_a_question_with_several_parts_is_taken_apart(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who sued Lumen?",
        "Who sued Lumen, and when?",
        "Who led Lumen's Series F, and at what price?",
        "Which studios sued Lumen and Orbit?",
        "Which label puts out records by both Drake and The Weeknd?",
        "Who was behind the fake Cruise versus Pitt rooftop brawl?",
        "Apart from Lumen, who is sued by Ames, Burr and Cole?",
        "What will the joint Lumen and Orbit service cost each month?",
        "How did prices change between May and July 2023?",
        "How many jobs were lost to mergers and acquisitions?",
        "",
        "and",
        "Why and how?",
    ],
)
def test_a_question_about_one_matter_is_left_whole(question: str) -> None:
    assert parts_of(question) == ()
