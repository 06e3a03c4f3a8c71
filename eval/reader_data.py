"""What a reader learns from: questions with passages that answer them and passages that do not.

Reading-comprehension sets in SQuAD's format give questions of people with answers in a text. RealTime QA
gives quiz questions with news passages that hold the answer, beside passages that a search puts as high.
Near misses are made of both (``eval.near_misses``).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import NewsdeskError
from rag.sentences import sentence_spans

LONGEST = 900
"""Characters of a text to read: between a passage and a window (``rag.windows``)."""
SHORTEST = 350


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text under its title; ``answers`` are spans (start, end) of the text, none when it does not answer.

    ``question``, where given, is read with it in place of the group's: a near miss.
    """

    title: str
    text: str
    answers: tuple[tuple[int, int], ...] = ()
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A question with readings, of which some may answer it; ``source`` names where it is from."""

    source: str
    question: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True)
class Comprehension:
    """A question with a whole text; ``answers`` are spans (start, end) of the text, at least one."""

    question: str
    text: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    document: int
    context: int
    question: str
    answers: tuple[tuple[int, int], ...]


def squad_groups(file: Path, *, negatives: int, limit: int | None, seed: int, longest: int = LONGEST) -> list[Group]:
    """Return the questions of a file in SQuAD 1.1 format, each with a text cut around its answer.

    The ``negatives`` are other texts of the document that share most words with the question, and a part
    of the own text without any answer where it is long. Raises NewsdeskError for another format.
    """
    titles, contexts, asked = _read_squad(file)
    chance = random.Random(seed)
    chance.shuffle(asked)
    words = [[_words(context) for context in texts] for texts in contexts]
    everywhere = [(at, number) for at, texts in enumerate(contexts) for number in range(len(texts))]
    found = []
    for item in asked[:limit]:
        context = contexts[item.document][item.context]
        if not item.answers or any(context[start:end].strip() == "" for start, end in item.answers):
            continue
        title = titles[item.document]
        readings = [cut(title, context, item.answers, chance, longest=longest)]
        own = _words(item.question)
        siblings = [(item.document, number) for number in range(len(contexts[item.document])) if number != item.context]
        pool = chance.sample(siblings, min(40, len(siblings))) + chance.sample(everywhere, min(40, len(everywhere)))
        pool = [place for place in pool if place != (item.document, item.context)]
        pool.sort(key=lambda place: -len(own & words[place[0]][place[1]]))
        for at, number in pool[:negatives]:
            readings.append(cut(titles[at], contexts[at][number], (), chance, longest=longest))
        if (rest := _rest(context, item.answers)) is not None:
            readings.append(Reading(title=title, text=rest))
        found.append(Group(source=file.stem, question=item.question, readings=tuple(readings)))
    return found


def _read_squad(file: Path) -> tuple[list[str], list[list[str]], list[_Asked]]:
    """Return the titles of a file's documents, the texts of each, and the questions in their order."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))["data"]
        titles = [str(item.get("title") or "").replace("_", " ") for item in data]
        contexts = [[str(part["context"]) for part in item["paragraphs"]] for item in data]
        asked = [
            _Asked(
                document=at,
                context=number,
                question=" ".join(str(item["question"]).split()),
                answers=tuple(
                    sorted({(int(a["answer_start"]), int(a["answer_start"]) + len(a["text"])) for a in item["answers"]})
                ),
            )
            for at, document in enumerate(data)
            for number, part in enumerate(document["paragraphs"])
            for item in part["qas"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NewsdeskError(f"{file} is not in SQuAD 1.1 format ({error}). Name another file.") from error
    return titles, contexts, asked


def squad_questions(file: Path, *, seed: int) -> list[Comprehension]:
    """Return the questions of a file in SQuAD 1.1 format in an order drawn with ``seed``, each with its whole text.

    Raises NewsdeskError for another format, or where no question has an answer.
    """
    _, contexts, asked = _read_squad(file)
    found = [
        Comprehension(question=item.question, text=contexts[item.document][item.context], answers=item.answers)
        for item in asked
        if item.answers
    ]
    if not found:
        raise NewsdeskError(f"{file} has no question with an answer. Name another file.")
    random.Random(seed).shuffle(found)
    return found


def cut(
    title: str, text: str, answers: Sequence[tuple[int, int]], chance: random.Random, *, longest: int = LONGEST
) -> Reading:
    """Return a part of ``text`` in whole sentences around one of ``answers``, with those that lie in it.

    It has between ``SHORTEST`` and ``longest`` characters where the text allows; without answers it lies anywhere.
    """
    length = chance.randint(SHORTEST, longest)
    spans = list(sentence_spans(text, "en")) or [(0, len(text))]
    middle = chance.choice(list(answers)) if answers else chance.choice(spans)
    inside = [at for at, span in enumerate(spans) if span[0] < middle[1] and middle[0] < span[1]]
    first, last = (inside[0], inside[-1]) if inside else (0, len(spans) - 1)
    while True:
        options = [place for place in (first - 1, last + 1) if 0 <= place < len(spans)]
        options = [place for place in options if spans[max(last, place)][1] - spans[min(first, place)][0] <= length]
        if not options:
            break
        place = chance.choice(options)
        first, last = min(first, place), max(last, place)
    start, end = spans[first][0], spans[last][1]
    kept = tuple((left - start, right - start) for left, right in answers if start <= left and right <= end)
    return Reading(title=title, text=text[start:end], answers=kept)


def fewer_readings(groups: Sequence[Group], most: int | None, *, seed: int) -> list[Group]:
    """Return the groups with at most so many readings: of each one that answers, where any does, and others drawn."""
    if most is None:
        return list(groups)
    chance = random.Random(seed)
    found = []
    for group in groups:
        right = [item for item in group.readings if item.answers]
        kept = [chance.choice(right)] if right else []
        others = [item for item in group.readings if item not in kept]
        found.append(replace(group, readings=(*kept, *chance.sample(others, min(most - len(kept), len(others))))))
    return found


def by_sentence(group: Group, chance: random.Random, *, others: int = 3) -> Group:
    """Return the question with single sentences to read: one that answers, where any does, and ``others`` that do not.

    Of the sentences that do not answer, those that share most words with the question come first, and one is drawn.
    Without neighbours, a network learns to tell apart the sentences of one passage (Garg et al. 2020, "TANDA").
    """
    right: list[Reading] = []
    wrong: list[Reading] = []
    for reading in group.readings:
        for start, end in sentence_spans(reading.text, "en"):
            inside = [(max(a, start) - start, min(b, end) - start) for a, b in reading.answers if a < end and start < b]
            sentence = Reading(
                title=reading.title, text=reading.text[start:end], answers=tuple(inside), question=reading.question
            )
            (right if inside else wrong).append(sentence)
    own = _words(group.question)
    wrong.sort(key=lambda item: -len(own & _words(item.text)))
    kept = wrong[: others - 1] if len(wrong) > others else wrong
    drawn = chance.sample(wrong[len(kept) :], min(1, len(wrong) - len(kept)))
    first = [chance.choice(right)] if right else []
    return replace(group, readings=(*first, *kept, *drawn))


def answer_spans(text: str, answers: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where one of ``answers`` stands in ``text`` as whole words, whatever the case."""
    for answer in answers:
        words = re.findall(r"\w+", answer)
        if words:
            pattern = r"(?<!\w)" + r"\W{1,3}".join(map(re.escape, words)) + r"(?!\w)"
            yield from (match.span() for match in re.finditer(pattern, text, re.IGNORECASE))


def _rest(context: str, answers: Sequence[tuple[int, int]]) -> str | None:
    """Return the longer part of ``context`` before or after all answers when it is long enough to read."""
    before, after = context[: min(a for a, _ in answers)], context[max(b for _, b in answers) :]
    longer = max(before, after, key=len)
    spans = list(sentence_spans(longer, "en"))
    spans = spans[:-1] if longer is before else spans[1:]
    if not spans or spans[-1][1] - spans[0][0] < SHORTEST:
        return None
    return longer[spans[0][0] : min(spans[-1][1], spans[0][0] + LONGEST)]


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}
