"""The answerer with a language model: it writes from the passages of an answer that was made without one.

Every sentence is checked against the passages that it names while the next one is written. Whatever goes wrong with
the model, the answer without it stands, with a line that says why; without evidence the model is not asked at all.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.citations import Checked, Unsupported, check, settle
from rag.config import Settings
from rag.embed import Encoder
from rag.evidence import TermStatistics
from rag.extract import nearest_articles
from rag.generation import Generation
from rag.llm_stream import ModelFailedError, ModelStream, Piece
from rag.marked import MarkedSentence, SentenceSplitter, split_marked
from rag.model_text import is_fragment, is_repetition, spoken, without_lead_in, without_markup
from rag.prompt import MISSING, NOTHING, Prompt, write_prompt
from rag.schema import (
    Answer,
    AnswerStatus,
    Citation,
    Note,
    NoteKind,
    Question,
    ScoredPassage,
    Sentence,
    Support,
    Verdict,
)
from rag.stems import content_stems

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

MOST_SENTENCES = 12
"""A model that goes on for longer than so many sentences is not listened to any further."""
LONGEST_ADMISSION = 300
LONGEST_SENTENCE = 1_000
LEAST_SUPPORTED = 0.5
"""An answer of which less than this share of the sentences is supported is not shown: the quotes tell more."""
MOST_REPEATED = 2
"""A model that says for the third time what it said before is not listened to any further."""
_UNFINISHED_MARKER = re.compile(r"[\[［【][^\]］】\n]{0,60}$")
_BUT = re.compile(r"\b(?:but|however|although|though|while|instead)\b|[;:]", re.IGNORECASE)
_TELLING = re.compile(r"\d[\d.,]*|\b[A-Z][\w'’.-]+")
_log = logging.getLogger("newsdesk.model")


@dataclass
class _Draft:
    """What has come of a model's answer so far; grows while it streams."""

    prompt: Prompt
    generation: Generation
    checked: list[Checked]
    admissions: list[str]
    written: str = ""
    cut: bool = False
    nothing: bool = False
    repeated: int = 0


class ModelAnswerer:
    """Writes answers with ``llm`` out of the passages of answers that were made without it."""

    def __init__(self, llm: LLM, settings: Settings, *, encoder: Encoder, statistics: TermStatistics) -> None:
        """Ask ``llm`` inside the limits of ``settings``; ``encoder`` and ``statistics`` are for the check."""
        self.model = str(llm.metadata.model_name)
        self._settings = settings
        self._encoder = encoder
        self._statistics = statistics
        self._stream = ModelStream(llm, first_token=settings.llm_first_token, seconds=settings.llm_seconds)

    def close(self) -> None:
        """End the calls that still run."""
        self._stream.close()

    def __call__(self, question: Question, quoted: Answer) -> Iterator[Answer]:
        """Yield the answer as the model writes it; the last item is complete, and ``quoted`` itself if that failed.

        ``quoted`` is a complete answer, which keeps its confidence and its notes. It is returned as it is when it
        abstains or has no passages: a model is never asked to answer from nothing.
        """
        if quoted.status is AnswerStatus.ABSTAINED or not quoted.passages:
            yield quoted
            return
        began = time.perf_counter()
        room = self._settings.llm_context - self._settings.llm_output
        prompt = write_prompt(question.text, _cited_first(quoted), as_of=quoted.as_of, tokens=room)
        draft = _Draft(
            prompt=prompt,
            generation=Generation(model=self.model, passages=len(prompt.passages)),
            checked=[],
            admissions=[],
        )
        reason = ""
        try:
            if not prompt.passages:
                raise ModelFailedError("its context has no room for a passage; see NEWSDESK_LLM_CONTEXT")
            yield from self._write(draft, quoted, question.text, began)
        except ModelFailedError as error:
            reason = str(error)
        except Exception as error:  # whatever it is, the reader has an answer
            _log.exception("the answer of the language model could not be used")
            reason = f"its answer could not be used ({type(error).__name__})"
        verdicts = tuple(item.verdict.value for item in draft.checked)
        draft.generation = replace(draft.generation, verdicts=verdicts, total=time.perf_counter() - began)
        draft.generation = replace(
            draft.generation,
            cost=draft.generation.priced(
                prompt=self._settings.llm_price_prompt, answer=self._settings.llm_price_answer
            ),
        )
        yield self._finished(draft, quoted) if not reason else _fallen_back(draft, quoted, reason)

    def _write(self, draft: _Draft, quoted: Answer, question: str, began: float) -> Iterator[Answer]:
        """Yield the growing answer, and fill ``draft`` until the model is done."""
        yield _growing(draft, quoted, "")
        said, fed, splitter = "", 0, SentenceSplitter()
        for piece in self._stream(_messages(draft.prompt)):
            draft.cut = draft.cut or piece.cut
            draft.generation = _counted(draft.generation, piece, time.perf_counter() - began)
            draft.written += piece.text
            said = spoken(draft.written)
            for sentence in splitter.feed(said[fed:]):
                self._take(sentence, draft, quoted, question)
            fed = len(said)
            if len(draft.checked) > MOST_SENTENCES or draft.repeated > MOST_REPEATED:
                draft.cut = True
                break
            yield _growing(draft, quoted, splitter.rest)
        left = splitter.finish()
        for sentence in left[:-1] if draft.cut else left:  # the last one may lack its end
            self._take(sentence, draft, quoted, question)

    def _take(self, marked: MarkedSentence, draft: _Draft, quoted: Answer, question: str) -> None:
        passages = draft.prompt.passages
        named = [passages[number - 1] for number in marked.markers if 1 <= number <= len(passages)]
        text = without_lead_in(without_markup(marked.text, [item.passage.text for item in named]))
        if not re.search(r"\w", text):
            return
        if any(text == item.text for item in draft.checked):
            draft.repeated += 1
            return
        if text.rstrip(" .").casefold() == NOTHING.rstrip(".").casefold():
            draft.nothing = True
        elif not marked.markers and _is_admission(text, question, passages):
            draft.admissions.append(text)
        elif is_repetition(text) or len(text) > LONGEST_SENTENCE:
            shown = text[:LONGEST_SENTENCE]
            draft.checked.append(Checked(text=shown, verdict=Verdict.UNSUPPORTED, reasons=("it makes no sentence",)))
        elif _is_english(passages) and is_fragment(text):
            draft.checked.append(_as_quoted(text, quoted, question))
        else:
            draft.checked.append(
                check(
                    replace(marked, text=text),
                    passages,
                    encoder=self._encoder,
                    statistics=self._statistics,
                    as_of=quoted.as_of,
                )
            )

    def _finished(self, draft: _Draft, quoted: Answer) -> Answer:
        if not draft.checked and (draft.nothing or draft.admissions):
            text = f"The language model read {len(draft.prompt.passages)} passages and found no answer in them."
            return replace(
                quoted,
                status=AnswerStatus.ABSTAINED,
                sentences=(),
                citations=(),
                support=None,
                nearest=nearest_articles(quoted.passages),
                notes=(Note(kind=NoteKind.MODEL, text=text),),
                generation=draft.generation,
            )
        if not draft.checked:
            reason = "it was cut off before its first sentence was over" if draft.cut else "it wrote nothing"
            return _fallen_back(draft, quoted, reason)
        settled = settle(draft.checked, unsupported=Unsupported(self._settings.unsupported))
        if not settled.sentences:
            return _fallen_back(draft, quoted, "the passages say none of what it wrote")
        supported = sum(item.verdict is Verdict.SUPPORTED for item in draft.checked)
        if supported < LEAST_SUPPORTED * len(draft.checked):
            counted = f"of the {len(draft.checked)} sentences that it wrote the passages say {supported}"
            return _fallen_back(draft, quoted, counted)
        notes, citations = _carried_over(quoted, settled.citations)
        notes += tuple(Note(kind=NoteKind.MODEL, text=text) for text in draft.admissions)
        if draft.cut:
            notes += (Note(kind=NoteKind.MODEL, text="The language model's answer was longer; it was cut off here."),)
        is_whole = all(item.verdict is Verdict.SUPPORTED for item in draft.checked)
        return replace(
            quoted,
            sentences=settled.sentences,
            citations=citations,
            notes=notes,
            support=quoted.support if is_whole else Support.PARTLY,
            generation=draft.generation,
        )


def _is_english(passages: Sequence[ScoredPassage]) -> bool:
    """Return whether all passages are, or may be, in English."""
    return all((item.article.language or "en").startswith("en") for item in passages)


def _as_quoted(text: str, quoted: Answer, question: str) -> Checked:
    """Return a fragment as supported by the first quoted sentence that has it word for word, if it tells anything new.

    Where words of the first quoted sentence are set in bold, which are what was asked for, it must share one with them.
    """
    phrase = re.compile(rf"(?<![\w.,]){re.escape(text.strip(' .,;:!'))}(?!\w|[.,]\d)", re.IGNORECASE)
    first = quoted.sentences[0] if quoted.sentences else None
    bold = content_stems(first.text[slice(*first.highlight)]) if first and first.highlight else set()
    for citation in quoted.citations:
        if not phrase.search(question) and phrase.search(citation.quote) and (not bold or bold & content_stems(text)):
            return Checked(text=text, verdict=Verdict.SUPPORTED, citations=(citation,))
    reason = "it states nothing by itself, and is not what the passages answer"
    return Checked(text=text, verdict=Verdict.UNSUPPORTED, reasons=(reason,))


def _messages(prompt: Prompt) -> list[ChatMessage]:
    from llama_index.core.llms import ChatMessage, MessageRole

    return [
        ChatMessage(role=MessageRole.SYSTEM, content=prompt.system),
        ChatMessage(role=MessageRole.USER, content=prompt.user),
    ]


def _cited_first(quoted: Answer) -> list[ScoredPassage]:
    """Return the passages, those that the quoted answer cites first: they are the last to be left out."""
    cited = {citation.passage_id for citation in quoted.citations}
    return sorted(quoted.passages, key=lambda item: item.passage.id not in cited)


def _counted(generation: Generation, piece: Piece, seconds: float) -> Generation:
    return replace(
        generation,
        first_token=seconds if generation.first_token is None and piece.text else generation.first_token,
        prompt_tokens=generation.prompt_tokens if piece.prompt_tokens is None else piece.prompt_tokens,
        answer_tokens=generation.answer_tokens if piece.answer_tokens is None else piece.answer_tokens,
    )


def _growing(draft: _Draft, quoted: Answer, rest: str) -> Answer:
    """Return what is written so far: checked sentences with their citations, and the one that is being written.

    Until a sentence stands, the citations are those of the quoted answer: evidence waits for no model.
    """
    settled = settle(draft.checked, unsupported=Unsupported.STRIKE)
    sentences = settled.sentences or tuple(
        Sentence(text=item.text, citations=(), verdict=item.verdict, reasons=item.reasons) for item in draft.checked
    )
    text = " ".join(without_markup(item.text) for item in split_marked(_UNFINISHED_MARKER.sub("", rest)))
    if text and not NOTHING.startswith(text):
        sentences += (Sentence(text=text, citations=()),)
    return replace(
        quoted,
        sentences=sentences,
        citations=settled.citations or quoted.citations,
        notes=(),
        generation=draft.generation,
        complete=False,
    )


def _fallen_back(draft: _Draft, quoted: Answer, reason: str) -> Answer:
    """Return the quoted answer with a line that says why the model's is not shown."""
    note = Note(kind=NoteKind.MODEL, text=f"Quoted, not written, because of the language model: {reason}.")
    return replace(quoted, notes=(*quoted.notes, note), generation=replace(draft.generation, failure=reason))


def _carried_over(quoted: Answer, citations: Sequence[Citation]) -> tuple[tuple[Note, ...], tuple[Citation, ...]]:
    """Return the notes of the quoted answer with their citations numbered on from ``citations``, and all of these."""
    every = {(item.article.id, item.start, item.end): item for item in citations}
    by_number = {item.number: item for item in quoted.citations}
    notes = []
    for note in quoted.notes:
        numbers = []
        for one in (by_number[number] for number in note.citations if number in by_number):
            held = every.setdefault((one.article.id, one.start, one.end), replace(one, number=len(every) + 1))
            numbers.append(held.number)
        notes.append(replace(note, citations=tuple(numbers)))
    return tuple(notes), tuple(every.values())


def _is_admission(text: str, question: str, passages: Sequence[ScoredPassage]) -> bool:
    """Return whether a sentence only says what the passages do not say, of things that they or the question name."""
    if not text.startswith(MISSING) or len(text) > LONGEST_ADMISSION or _BUT.search(text):
        return False
    known = "\n".join([question, *(f"{item.article.title}\n{item.passage.text}" for item in passages)]).casefold()
    told = _TELLING.findall(text.removeprefix(MISSING))
    return all(word.rstrip(".,'’").casefold() in known for word in told)
