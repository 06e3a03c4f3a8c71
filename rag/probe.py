"""Text of our own to try an engine on: news-like, of the length of a passage, always the same."""

from __future__ import annotations

_SENTENCES = (
    "The studio said on Tuesday that it had signed a three-year licence with the start-up, worth $42 million.",
    "Actors will have to consent in writing before a digital replica of their voice or face may be used.",
    "A judge in Los Angeles let two of the five claims go forward and asked both sides for dates in March.",
    "Analysts had expected 1.8 million new subscribers; the company reported 2.1 million, most of them in Asia.",
    "“We will not train on members' work without paying for it,” the guild's chief negotiator told reporters.",
    "The festival in Zürich received 3,412 films, a tenth of them made with generative tools, its director said.",
    "Terms were not disclosed, and neither side would say how long the agreement is to run.",
    "Dubbing into eleven languages took nine days instead of the usual seven weeks, according to the distributor.",
    "The bill passed the Senate by 29 votes to 8 and now goes to the governor, who has until September 30.",
    "Shares fell 4.6% in early trading before recovering most of the loss by the close on Friday.",
    "Visual-effects houses in Montréal and London have cut about 700 jobs since the beginning of the year.",
)


def probe_passages(count: int) -> list[str]:
    """Return ``count`` different passages of about 160 word pieces, the same at every call."""
    size = len(_SENTENCES)
    turns = [(number, 1 + number // size) for number in range(count)]
    return [" ".join(_SENTENCES[(first + step * stride) % size] for step in range(7)) for first, stride in turns]
