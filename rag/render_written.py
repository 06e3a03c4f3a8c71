"""What a language model wrote, as inert HTML: sentences by their verdict, and the list of verdicts for the panel."""

from __future__ import annotations

from markupsafe import Markup

from rag.generation import Generation
from rag.inert import inert
from rag.schema import Answer, Sentence, Verdict

VERDICTS = {
    Verdict.SUPPORTED: "supported",
    Verdict.PARTLY: "partly supported",
    Verdict.UNSUPPORTED: "not supported",
    Verdict.UNCITED: "without a source",
}


def shown_as_written(sentence: Sentence, words: Markup) -> Markup:
    """Return the words of a sentence, struck out or underlined where its verdict asks for it; else as they are.

    The marks take no room: nothing moves when they appear.
    """
    if sentence.is_struck:
        return Markup('<del class="struck" title="{}">{}</del>').format(inert(_because(sentence)), words)
    if sentence.verdict is Verdict.PARTLY:
        return Markup('<span class="partly" title="{}">{}</span>').format(inert(_because(sentence)), words)
    return words


def render_verdicts(answer: Answer, turn: int) -> Markup:
    """Return one line for every sentence that was checked: its beginning, its verdict, why, and its sources."""
    lines = Markup().join(_line(item, turn) for item in answer.sentences if item.verdict is not None)
    return Markup('<ol class="verdicts">{}</ol>').format(lines) if lines else Markup()


def written_by(generation: Generation) -> str:
    """Return who wrote the answer and with how many tokens and at what cost, as far as known; nothing if it failed."""
    if generation.failure:
        return ""
    tokens = (generation.prompt_tokens or 0) + (generation.answer_tokens or 0)
    parts = [f"written by {generation.model}"]
    if tokens:
        parts.append(f"{tokens:,} tokens")
    if generation.cost is not None:
        parts.append(f"cost {generation.cost:.4f}")
    return ", ".join(parts)


def _line(sentence: Sentence, turn: int) -> Markup:
    verdict = sentence.verdict or Verdict.UNCITED
    marks = Markup().join(
        Markup('<a class="cite" href="#src-{}-{}"><span class="unseen">Source </span>{}</a>').format(turn, one, one)
        for one in sentence.citations
    )
    return Markup('<li class="{}"><span class="verdict">{}</span> <bdi>{}</bdi>{}{}</li>').format(
        verdict.value,
        inert(VERDICTS[verdict]),
        inert(_opening(sentence.text)),
        Markup("<sup>{}</sup>").format(marks) if marks else "",
        Markup(' <span class="why">{}</span>').format(inert("; ".join(sentence.reasons))) if sentence.reasons else "",
    )


def _because(sentence: Sentence) -> str:
    verdict = VERDICTS[sentence.verdict] if sentence.verdict else ""
    return f"{verdict}: {'; '.join(sentence.reasons)}" if sentence.reasons else verdict


def _opening(text: str, *, reach: int = 70) -> str:
    return text if len(text) <= reach else text[:reach].rsplit(" ", 1)[0] + " …"
