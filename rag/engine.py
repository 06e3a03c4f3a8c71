"""One path from a question to an answer, for page, command line, evaluation and Python alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.archive import Overview as Overview
from rag.archive import connect
from rag.config import Settings
from rag.embed import Encoder, load_encoder
from rag.entries import Timeline
from rag.errors import QuestionError
from rag.evidence import TermStatistics
from rag.extract import ExtractiveAnswerer
from rag.followup import rewrite
from rag.freshness import freshness
from rag.generate import ModelAnswerer
from rag.hearing import answer_each, hear, side_by_side
from rag.llm import llm_of
from rag.outside import nothing_inside, without_unknown
from rag.parts import parts_of
from rag.rank import Ranker
from rag.reader import Reader
from rag.reader_graph import reader_of
from rag.remembering import RememberingEncoder
from rag.retrieve import HybridRetriever
from rag.schema import (
    Answer,
    Answerer,
    Layout,
    LimitKind,
    NoteKind,
    Question,
    Retriever,
    Scope,
    ScoredPassage,
    Understanding,
)
from rag.several import answer_parts
from rag.stores import Stores
from rag.timeline import read_timeline
from rag.understand import searched_words, understand
from rag.vocabulary import VocabularyReader

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

MAX_QUESTION = 2_000
PASSAGES = 12
OF_A_PART = 3
"""Sentences that answer one part of a question with several."""


class Engine:
    """Open stores with a retriever and an answerer; close it, or use it in a ``with`` statement."""

    def __init__(
        self,
        stores: Stores,
        *,
        retriever: Retriever | None = None,
        answerer: Answerer | None = None,
        passages: int = PASSAGES,
        words: bool = True,
        reader: Reader | None = None,
        llm: LLM | None = None,
    ) -> None:
        """Answer from ``stores``; the answerer is given at most so many ``passages``.

        With ``llm``, any of LlamaIndex's language models, answers are written by it, and quoted where it fails.

        Without ``words``, no limit is read out of the words of any question. ``reader`` helps to rank and
        to answer where neither retriever nor answerer are given.
        """
        self.stores = stores
        self.passages = passages
        self.words = words
        self.reader = reader
        statistics = TermStatistics(stores.lexical.terms, stores.lexical.document_frequency, stores.lexical.count)
        self.retriever = retriever or HybridRetriever(stores, rank=Ranker(statistics, reader=reader))
        self.answerer = answerer or ExtractiveAnswerer(RememberingEncoder(stores.encoder), statistics, reader=reader)
        self.part_answerer = self.answerer
        if isinstance(self.answerer, ExtractiveAnswerer):
            self.part_answerer = self.answerer.of_at_most(OF_A_PART)
        self.writer: ModelAnswerer | None = None
        if llm is not None:
            encoder = RememberingEncoder(stores.encoder)
            self.writer = ModelAnswerer(llm, stores.settings, encoder=encoder, statistics=statistics)
        self.timeline = Timeline(RememberingEncoder(stores.encoder), statistics)
        self.vocabulary = VocabularyReader(stores.archive)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the archive, and of a language model that still writes."""
        if self.writer is not None:
            self.writer.close()
        self.stores.close()

    def overview(self) -> Overview:
        """Return what the archive holds."""
        return self.stores.archive.overview()

    def ask(self, question: Question) -> Answer:
        """Return the complete answer: the last item of ``stream``."""
        *_, answer = self.stream(question)
        return answer

    def quote(self, question: Question) -> Answer:
        """Return the complete answer in the articles' own words, whatever language model there is."""
        *_, answer = self._quoted(question)
        return answer

    def understand(self, question: Question) -> Understanding:
        """Return how ``question`` is searched for; raises QuestionError as ``stream`` does."""
        known = self.vocabulary()
        question = _checked(question)
        read = rewrite(question.text, question.conversation)
        unread = question.unread if self.words else tuple(LimitKind)
        alone = replace(question, text=read.text, unread=unread)
        understanding = understand(alone, publishers=known.publishers, newsmakers=known.newsmakers)
        return replace(understanding, rewritten=read.rewritten, carried=read.carried)

    def retrieve(self, question: Question, *, limit: int | None = None) -> list[ScoredPassage]:
        """Return the passages for ``question`` inside what it is limited to, best first; raises as ``stream`` does."""
        question = _checked(question)
        understanding = self.understand(question)
        searched = replace(question, text=searched_words(understanding), scope=understanding.scope)
        return self.retriever(searched, limit=self.passages if limit is None else limit)

    def stream(self, question: Question) -> Iterator[Answer]:
        """Yield the answer as it grows; the last item is complete and carries the times of all stages.

        With a language model, a plain question is answered in the articles' words first, which are then kept as
        evidence while it writes. Raises QuestionError for an empty or overlong question or a period that ends
        before it begins.
        """
        if self.writer is None:
            yield from self._quoted(question)
            return
        began = time.perf_counter()
        for quoted in self._quoted(question):
            read = quoted.understanding
            if not quoted.complete or read is None:
                continue  # the model's words take its place, and what was shown should not be taken back
            if quoted.layout is Layout.TIMELINE or read.each or read.unknown_publishers:
                yield quoted
                return
            retrieved = time.perf_counter() - began
            for answer in self.writer(replace(quoted.question, text=read.text), quoted):
                if answer.complete and answer is not quoted:
                    kept = tuple(note for note in answer.notes if note.kind not in {NoteKind.AGE, NoteKind.STALE})
                    answer = self._aged(replace(answer, notes=kept), read)
                seconds = {**quoted.seconds, "write": time.perf_counter() - began - retrieved}
                yield replace(answer, seconds={**seconds, "total": time.perf_counter() - began})

    def _quoted(self, question: Question) -> Iterator[Answer]:
        """Yield the answer in the articles' own words as it grows; raises as ``stream`` does."""
        began = time.perf_counter()
        question = _checked(question)
        understanding = self.understand(question)
        asked = replace(question, text=understanding.text, scope=understanding.scope)
        # The answerer gets the whole question, on which its weights were learnt.
        searched = replace(asked, text=searched_words(understanding))
        if not understanding.each:
            request = read_timeline(asked.text, question.as_of or datetime.now(UTC))
            if request is not None:
                entries = self.timeline(asked, request, self.retriever)
                yield from self._grown(entries, asked, question, understanding, began=began)
                return
            parts = parts_of(asked.text)
            if parts:
                answers = answer_parts(self.retriever, self.part_answerer, asked, parts, limit=self.passages)
                yield from self._grown(answers, searched, question, understanding, began=began)
                return
        hearings = hear(self.retriever, searched, understanding, limit=self.passages) if understanding.each else ()
        passages = side_by_side(hearings) if hearings else self.retriever(searched, limit=self.passages)
        retrieved = time.perf_counter()
        answers = answer_each(self.answerer, hearings) if hearings else self.answerer(asked, passages)
        for answer in answers:
            if understanding.unknown_publishers and not answer.complete:
                continue  # what it says may have to be taken back
            if answer.complete:
                answer = self._completed(answer, searched, understanding)
            now = time.perf_counter()
            seconds = {"retrieve": retrieved - began, "answer": now - retrieved, "total": now - began}
            yield replace(answer, question=question, understanding=understanding, seconds=seconds)

    def _grown(
        self, answers: Iterator[Answer], searched: Question, question: Question, read: Understanding, *, began: float
    ) -> Iterator[Answer]:
        """Yield answers that were searched for as they grew, completed and with their time as ``stream`` gives it."""
        for answer in answers:
            if answer.complete:
                answer = self._completed(answer, searched, read)
            seconds = {"total": time.perf_counter() - began}
            yield replace(answer, question=question, understanding=read, seconds=seconds)

    def _completed(self, answer: Answer, searched: Question, understanding: Understanding) -> Answer:
        """Return a complete answer with what is to be said about its limits and its age."""
        if not answer.passages and not searched.scope.is_everything:
            outside = self.retriever(replace(searched, scope=Scope()), limit=self.passages)
            answer = nothing_inside(searched, answer, outside)
        return self._aged(without_unknown(answer, understanding), understanding)

    def _aged(self, answer: Answer, understanding: Understanding) -> Answer:
        """Return the answer with what is to be said about the age of what it cites."""
        newest = self.stores.archive.newest_before(answer.as_of)
        age = freshness(answer, understanding, newest=newest, stale_days=self.stores.settings.stale_days)
        return replace(answer, notes=(*answer.notes, *age))


def open_engine(
    settings: Settings, *, encoder: Encoder | None = None, writer: bool = True, llm: LLM | None = None
) -> Engine:
    """Open the archive of ``settings`` for questions; see ``Stores`` and ``llm_of`` for what is raised.

    Answers are written by ``llm``, by default the language model that ``settings`` name, if any.
    """
    # A missing archive is told at once, not after a model was loaded, measured and stored in an empty folder.
    connect(settings.database_url, create=False).dispose()
    stores = Stores(settings, encoder or load_encoder(settings), writer=writer)
    try:
        # Another encoder than the archive's own is a test's, which reads without the network too.
        return Engine(stores, reader=reader_of(settings) if encoder is None else None, llm=llm or llm_of(settings))
    except BaseException:
        stores.close()
        raise


def _checked(question: Question) -> Question:
    text = " ".join(question.text.split())
    if not text:
        raise QuestionError("The question is empty. Type what you want to know.")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION:,} are read. Shorten it."
        )
    scope = question.scope
    if scope.published_from and scope.published_until and scope.published_from >= scope.published_until:
        raise QuestionError("The period ends before it begins. Swap its two dates.")
    return replace(question, text=text, as_of=question.as_of or datetime.now(UTC))
