"""A second look at the likeliest sentences: the reader reads each by itself, under its article's title.

A passage tells whether the answer is in it; which of its sentences says it shows when one stands alone. To read all
of them would take as long as the passages themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.evidence import Evidence, EvidenceSentence
from rag.latest import without_now
from rag.reader import Reader, Text

LOOKED_AT = 20
"""The sentences, best first, that are read by themselves."""


def read_singly(evidence: Evidence, ranked: Sequence[EvidenceSentence], reader: Reader) -> Evidence:
    """Return ``evidence`` with what the reader reads in the first ``LOOKED_AT`` of ``ranked``, its sentences in order.

    Their features ``alone`` and ``told`` are set; all others count as not relevant.
    """
    chosen = ranked[:LOOKED_AT]
    texts = [Text(title=item.source.article.title, text=item.text) for item in chosen]
    readings = reader.read(without_now(evidence.question), texts)
    found = {id(item): reading for item, reading in zip(chosen, readings, strict=True)}

    def described(item: EvidenceSentence) -> EvidenceSentence:
        reading = found.get(id(item))
        alone, told = (-1.0, 0.0) if reading is None else (reading.scaled, reading.answered)
        return replace(item, features=replace(item.features, alone=alone, told=told))

    return replace(evidence, sentences=tuple(map(described, evidence.sentences)))
