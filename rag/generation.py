"""How a language model took part in an answer: what it was, what it used, how long it took, or why it failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One call of a model. Token counts are the server's, None where it tells none.

    ``passages`` were given to it; ``cost`` is in the currency of the prices set, None without a price or counts.
    ``first_token`` and ``total`` are seconds, the first None while nothing has come. ``failure`` is a clause that
    says why its answer is not shown, empty when it is. ``verdicts`` are those of all sentences that it wrote, in their
    order, also of those that are not shown.
    """

    model: str
    passages: int = 0
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    cost: float | None = None
    first_token: float | None = None
    total: float = 0.0
    failure: str = ""
    verdicts: tuple[str, ...] = ()

    def priced(self, *, prompt: float, answer: float) -> float | None:
        """Return the cost at these prices of a million tokens; None without a price or counts."""
        if self.prompt_tokens is None or self.answer_tokens is None or not (prompt or answer):
            return None
        return (self.prompt_tokens * prompt + self.answer_tokens * answer) / 1_000_000
