"""Answers as inert HTML: pure functions from values to markup, without any web framework.

Text of articles, questions and publishers is untrusted. It reaches the page only through ``inert``,
which leaves nothing that an HTML parser, a Markdown parser or a template engine could read as markup.
The markup itself never holds a blank line or a line break, so that a Markdown reader takes each
result as one block of HTML. Ids are unique on the page: ``src-<turn>-<number>`` for the card of a
citation, ``evidence-<turn>`` for the cards of a turn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from rag.inert import inert as inert
from rag.inert import web_address as web_address
from rag.render_written import render_verdicts, shown_as_written, written_by
from rag.schema import Answer, AnswerStatus, Article, Citation, Layout, Moment, Note, ScoredPassage, Sentence
from rag.statements import last_day, spell_date, stated

if TYPE_CHECKING:
    from rag.engine import Overview

ABSTENTION = "The archive does not say."
LATER = "after the as-of date: its earlier wording is not held"
NEAREST = "Nearest articles (they do not answer the question)"

_NO_EVIDENCE = Markup(
    '<p class="empty">Every sentence of an answer carries a number. '
    "The passage it was taken from appears here, with its publisher and its date.</p>"
)

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """A quote with what stands around it in its paragraph; a cut is marked with an ellipsis."""

    before: str
    quote: str
    after: str


def excerpt(text: str, start: int, end: int, *, reach: int = 260) -> Excerpt:
    """Return ``text[start:end]`` within its paragraph, at most ``reach`` characters on either side.

    Paragraphs end at blank lines, or at every line break in a text that has no blank line. Cuts fall
    between words where there is whitespace.
    """
    pattern = _BLANK_LINE if _BLANK_LINE.search(text) else re.compile(r"\n")
    left = max((match.end() for match in pattern.finditer(text, 0, start)), default=0)
    found = pattern.search(text, end)
    right = found.start() if found else len(text)
    before, after = text[left:start].lstrip(), text[end:right].rstrip()
    if len(before) > reach:
        before = "… " + re.sub(r"^\S*\s+", "", before[-reach:], count=1)
    if len(after) > reach:
        after = re.sub(r"\s+\S*$", "", after[:reach], count=1) + " …"
    return Excerpt(before=before, quote=text[start:end], after=after)


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: ``1 article``, ``1,204 articles``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def render_masthead(overview: Overview) -> Markup:
    """Return the page's header: its name, how much the archive holds, and its newest article."""
    if not overview.articles:
        size = inert("The archive is empty. Add articles with: python -m ingest files PATH")
    else:
        size = inert(f"{plural(overview.articles, 'article')}, {plural(overview.passages, 'passage')}")
        if overview.newest_article:
            size = Markup('<span class="count">{}<span class="and">; </span></span>{}').format(
                size, _newest(overview.newest_article)
            )
    return Markup(
        '<header class="masthead"><h1>Newsdesk</h1><p class="motto">Ask the archive.</p>'
        '<p class="size" id="archive-size">{}</p></header>'
    ).format(size)


def _newest(article: Article) -> Markup:
    title = Markup('<bdi class="title" title="{}">{}</bdi>').format(
        inert(f"{_title(article)} ({article.credit})"), _linked_title(article)
    )
    published = spell_date(article.published_at.value.date(), short=True) if article.published_at else "date unknown"
    return Markup(
        '<span class="newest">newest: {}<span class="day"><span class="and">, </span>{}</span></span>'
    ).format(title, inert(published))


def render_welcome() -> Markup:
    """Return what the chat shows before the first question."""
    return Markup(
        '<div class="welcome"><h2>What does the archive say?</h2><p>Every sentence of an answer leads to a '
        "verbatim quote from an article. When the archive does not say, the answer is that it does not.</p></div>"
    )


def render_question(text: str, *, reading: str = "") -> Markup:
    """Return a question as the chat shows it, and under it how a follow-up was read."""
    question = Markup('<p class="question" dir="auto">{}</p>').format(inert(text))
    if reading:
        question += Markup('<p class="reading" dir="auto"><span class="how">read as:</span> {}</p>').format(
            inert(reading)
        )
    return question


def render_waiting(text: str) -> Markup:
    """Return the state before anything was found."""
    return Markup('<p class="waiting" role="status">{}</p>').format(inert(text))


def render_notice(text: str) -> Markup:
    """Return a message on what cannot be done and what to do about it; nothing for no text."""
    return Markup('<p class="notice" role="alert">{}</p>').format(inert(text)) if text else Markup()


def render_answer(answer: Answer, turn: int) -> Markup:
    """Return an answer, grown or growing, with its citation numbers linked to the cards of ``turn``."""
    if not answer.complete and not answer.sentences:
        made = answer.generation
        doing = f"Writing from {plural(made.passages, 'passage')}…" if made else "Reading what was found…"
        return render_waiting(doing)
    limits = stated(answer)
    within = Markup('<p class="stated">{}</p>').format(inert(f"{limits}:")) if limits else Markup()
    notes = Markup().join(_note(note, turn) for note in answer.notes)
    if answer.complete and answer.status is AnswerStatus.ABSTAINED:
        hint = "The nearest articles are listed as evidence; none of them answers the question."
        body = Markup('<p class="verdict">{}</p><p class="hint">{}</p>').format(
            inert(ABSTENTION), inert(hint if answer.nearest else "Nothing in it comes near the question.")
        )
        return Markup('<div class="answer abstained">{}{}{}{}</div>').format(within, body, notes, _meta(answer))
    cited = {citation.number: citation for citation in answer.citations}
    shown = [_sentence(sentence, cited, turn) for sentence in answer.sentences]
    if answer.layout is Layout.TIMELINE:
        entries = Markup().join(Markup("<li>{}</li>").format(sentence) for sentence in shown)
        sentences = Markup('<ol class="sentences timeline">{}</ol>').format(entries)
    else:
        sentences = Markup('<p class="sentences">{}</p>').format(Markup(" ").join(shown))
    state, ending = ("", notes + _meta(answer)) if answer.complete else (" growing", Markup())
    return Markup('<div class="answer{}">{}{}{}</div>').format(state, within, sentences, ending)


def _sentence(sentence: Sentence, cited: dict[int, Citation], turn: int) -> Markup:
    start, end = sentence.highlight or (0, 0)
    text = sentence.text
    marks = Markup().join(_mark(cited[number], turn) for number in sentence.citations if number in cited)
    lead = Markup('<span class="lead">{}</span> ').format(inert(sentence.lead)) if sentence.lead else Markup()
    words = Markup("<bdi>{}{}{}</bdi>").format(
        inert(text[:start]),
        Markup("<strong>{}</strong>").format(inert(text[start:end])) if start < end else "",
        inert(text[end:]),
    )
    return Markup("{}{}{}").format(
        lead, shown_as_written(sentence, words), Markup("<sup>{}</sup>").format(marks) if marks else ""
    )


def _note(note: Note, turn: int) -> Markup:
    marks = Markup().join(
        Markup('<a class="cite" href="#src-{}-{}"><span class="unseen">Source </span>{}</a>').format(
            turn, number, number
        )
        for number in note.citations
    )
    return Markup('<p class="note {}">{}{}</p>').format(
        note.kind.value, inert(note.text), Markup("<sup>{}</sup>").format(marks) if marks else ""
    )


def _mark(citation: Citation, turn: int) -> Markup:
    article = citation.article
    title = f"{article.title} ({article.credit}, {_known_date(article.published_at)})"
    return Markup('<a class="cite" href="#src-{}-{}" title="{}"><span class="unseen">Source </span>{}</a>').format(
        turn, citation.number, inert(title), citation.number
    )


def _meta(answer: Answer) -> Markup:
    parts = [f"as of {spell_date(last_day(answer.as_of))}"]
    if answer.citations:
        parts.append(_sources([citation.article for citation in answer.citations]))
    if answer.support:
        parts.insert(0, answer.support.value)
    if answer.generation and (made := written_by(answer.generation)):
        parts.append(made)
    if answer.seconds:
        parts.append(f"{answer.seconds.get('total', sum(answer.seconds.values())):.2f}\N{NO-BREAK SPACE}s")
    return Markup('<p class="meta">{}</p>').format(inert(" · ".join(parts)))


def _sources(articles: Sequence[Article]) -> str:
    count = plural(len({article.id for article in articles}), "source")
    days = sorted({article.published_at.value.date() for article in articles if article.published_at})
    if not days:
        return f"{count}, date unknown"
    first, last = spell_date(days[0], short=True), spell_date(days[-1], short=True)
    return f"{count}, {first}" + (f" – {last}" if last != first else "")


def render_evidence(answer: Answer, turn: int) -> Markup:
    """Return the cards of one turn: one per citation, or the nearest articles of an abstention."""
    if answer.citations:
        title = plural(len(answer.citations), "citation")
        cards = [_citation_card(citation, turn, answer.as_of) for citation in answer.citations]
    elif answer.complete and answer.nearest:
        title = NEAREST
        cards = [_nearest_card(found, answer.as_of) for found in answer.nearest]
    else:
        return Markup()
    return Markup('<h3>{}</h3><p class="asked" dir="auto">{}</p>{}<ol class="cards">{}</ol>').format(
        inert(title), inert(answer.question.text), render_verdicts(answer, turn), Markup().join(cards)
    )


def _citation_card(citation: Citation, turn: int, as_of: datetime) -> Markup:
    badge = Markup(
        '<a class="badge" href="#cite-{}-{}" title="Back to the answer"><span class="unseen">Source </span>{}</a>'
    ).format(turn, citation.number, citation.number)
    around = excerpt(citation.article.text, citation.start, citation.end)
    identity = Markup(' id="src-{}-{}" tabindex="-1"').format(turn, citation.number)
    return _card(citation.article, around, as_of, identity=identity, badge=badge, quoted=True)


def _nearest_card(found: ScoredPassage, as_of: datetime) -> Markup:
    cut = "… " if found.passage.start else ""
    around = excerpt(cut + " ".join(found.passage.text.split()), 0, 0, reach=320)
    return _card(found.article, around, as_of, identity=Markup(), badge=Markup(), quoted=False)


def _card(
    article: Article, around: Excerpt, as_of: datetime, *, identity: Markup, badge: Markup, quoted: bool
) -> Markup:
    language = Markup(' lang="{}"').format(inert(article.language)) if article.language else ""
    quote = Markup("<strong>{}</strong>").format(inert(around.quote)) if quoted else ""
    return Markup(
        '<li><article class="card{}"{}>{}<h4 dir="auto">{}</h4><p class="credit"><bdi>{}</bdi>{}</p>'
        '<blockquote dir="auto"{}>{}{}{}</blockquote></article></li>'
    ).format(
        "" if quoted else " nearest", identity, badge, _linked_title(article), inert(article.credit),
        _dates(article, as_of), language, inert(around.before), quote, inert(around.after),
    )  # fmt: skip


def _title(article: Article) -> str:
    return article.title.strip() or "Untitled"


def _linked_title(article: Article) -> Markup:
    """Return the title, leading to the source in a tab of its own where that has an address."""
    title, address = inert(_title(article)), web_address(article.url)
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
    return link.format(inert(address), title) if address else title


def _dates(article: Article, as_of: datetime) -> Markup:
    published = _time(article.published_at)
    if article.modified_at is None or article.modified_at == article.published_at:
        return Markup(" · {}").format(published)
    dates = Markup(" · {} · updated {}").format(published, _time(article.modified_at))
    return (
        dates + Markup('<span class="later">, {}</span>').format(LATER) if article.may_be_worded_after(as_of) else dates
    )


def _time(moment: Moment | None) -> Markup:
    if moment is None:
        return inert("date unknown")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        inert(moment.value.isoformat()), inert(str(moment)), inert(_known_date(moment))
    )


def _known_date(moment: Moment | None) -> str:
    return spell_date(moment.value.date()) if moment else "date unknown"


def render_panel(evidence: Mapping[int, Markup], *, shown: int = 0) -> Markup:
    """Return the evidence panel: the cards of every turn, of which only those of turn ``shown`` are visible.

    The hidden ones are there to be shown when a citation of an earlier turn is followed.
    """
    sections = Markup().join(
        Markup('<section class="turn" id="evidence-{}"{}>{}</section>').format(
            turn, "" if turn == shown else Markup(" hidden"), cards
        )
        for turn, cards in evidence.items()
        if cards
    )
    hint = Markup() if evidence.get(shown) else _NO_EVIDENCE
    return Markup('<aside class="evidence"><h2>Evidence</h2>{}{}</aside>').format(hint, sections)
