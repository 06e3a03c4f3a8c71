"""The learnt numbers of the answerer, read from a small file that says how they were made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.errors import ConfigurationError

FILE = Path(__file__).parent / "weights.json"
READER_FILE = Path(__file__).parent / "weights_reader.json"
"""The weights beside a reader; ``FILE`` holds those without one."""


@dataclass(frozen=True, kw_only=True)
class AnswerWeights:
    """Weights of sentence and evidence features, and the confidence below which an answer abstains.

    ``sentence`` gives a score whose order matters only; ``evidence`` with ``bias`` goes through the
    logistic function to a probability; from ``well`` on, an answer counts as well supported. ``made_by``
    holds the command, data and figures of the fit.
    """

    sentence: Mapping[str, float]
    evidence: Mapping[str, float]
    bias: float
    threshold: float
    well: float
    made_by: Mapping[str, str]

    def probability(self, score: float) -> float:
        """Return the calibrated probability in (0, 1) for a weighted sum of evidence features."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score + self.bias))))


@cache
def read_weights(file: Path = FILE) -> AnswerWeights:
    """Read the weights; raises ConfigurationError naming the file when it cannot be used."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return AnswerWeights(
            sentence=found["sentence"],
            evidence=found["evidence"],
            bias=float(found["bias"]),
            threshold=float(found["threshold"]),
            well=float(found["well"]),
            made_by=found["made_by"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"The answerer's weights in {file} cannot be read ({error}). Reinstall Newsdesk, or make them "
            "again with `python -m eval calibrate`."
        ) from error
