"""The learnt numbers of the citation check, read from a small file that says how they were made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.backing import BackingFeatures
from rag.errors import ConfigurationError

FILE = Path(__file__).parent / "citation_weights.json"


@dataclass(frozen=True, kw_only=True)
class CitationWeights:
    """Weights of ``BackingFeatures``, and the probabilities from which a sentence counts as supported, or partly.

    ``added`` is the probability from which a passage is cited that the model did not name.
    ``least`` gives values of features below which nothing can be said to stand in the passages, whatever the rest.
    """

    features: Mapping[str, float]
    bias: float
    supported: float
    partly: float
    added: float
    least: Mapping[str, float]
    made_by: Mapping[str, str]

    def is_far(self, features: BackingFeatures) -> bool:
        """Return whether some feature is below the least that it must be."""
        return any(getattr(features, name) < value for name, value in self.least.items())

    def probability(self, features: BackingFeatures) -> float:
        """Return the probability in (0, 1) that the passages say the sentence, nothing speaking against it."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, features.weighted(self.features) + self.bias))))


@cache
def read_citation_weights(file: Path = FILE) -> CitationWeights:
    """Read the weights; raises ConfigurationError naming the file when it cannot be used."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return CitationWeights(
            features=found["features"],
            bias=float(found["bias"]),
            supported=float(found["supported"]),
            partly=float(found["partly"]),
            added=float(found["added"]),
            least=found["least"],
            made_by=found["made_by"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"The weights of the citation check in {file} cannot be read ({error}). Reinstall Newsdesk, or make them "
            "again with `python -m eval check-citations --fit`."
        ) from error
