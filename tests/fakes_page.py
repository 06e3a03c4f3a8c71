"""A small engine for the page's tests: real questions, scopes and citations over articles in memory.

It ranks sentences by the words they share with the question, and abstains below half of them. The
outlets, studios and events are made up.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rag.errors import QuestionError
from rag.schema import (
    Answer,
    AnswerStatus,
    Article,
    Citation,
    DatePrecision,
    Kind,
    Moment,
    Passage,
    Question,
    Scope,
    ScoredPassage,
    Scores,
    Sentence,
)
from rag.understand import understand

COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at by did do does for from has have how in is it its of on or the to was were what when which "
        "who why will with",
    )
)


@dataclass(frozen=True, kw_only=True)
class FakeOverview:
    """The fields of the engine's overview."""

    articles: int
    passages: int
    oldest: Moment | None
    newest_article: Article | None
    publishers: tuple[tuple[str, int], ...]
    sections: tuple[tuple[str, int], ...]


def on_day(day: str) -> Moment:
    """A date of a publisher, known to the day."""
    return Moment(value=datetime.fromisoformat(day).replace(tzinfo=UTC), precision=DatePrecision.DAY, origin="test")


def words(text: str) -> set[str]:
    """The words of a text that tell it from others, without a plural s."""
    found = re.findall(r"\w+", text.lower())
    return {word.removesuffix("s") for word in found if word not in COMMON}


def passage_of(article: Article) -> Passage:
    """The whole text of an article as one passage."""
    return Passage(
        id=f"{article.id}:0",
        article_id=article.id,
        version=1,
        ordinal=0,
        start=0,
        end=len(article.text),
        text=article.text,
    )


class FakeEngine:
    """Answers out of ``articles`` by shared words; ``pause`` seconds lie between two growing answers."""

    def __init__(self, articles: Sequence[Article], *, pause: float = 0.0) -> None:
        self.articles = tuple(articles)
        self.pause = pause
        self.asked: list[Question] = []

    def __enter__(self) -> FakeEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open."""

    def overview(self) -> FakeOverview:
        dated = sorted((a for a in self.articles if a.published_at), key=lambda article: article.published_at.value)
        return FakeOverview(
            articles=len(self.articles),
            passages=len(self.articles),
            oldest=dated[0].published_at if dated else None,
            newest_article=dated[-1] if dated else None,
            publishers=tuple(Counter(a.publisher for a in self.articles if a.publisher).most_common()),
            sections=tuple(Counter(a.section for a in self.articles if a.section).most_common()),
        )

    def stream(self, question: Question) -> Iterator[Answer]:
        self.asked.append(question)
        if "quorum" in question.text:
            raise QuestionError("The word quorum cannot be asked for. Ask without it.")
        if "breakdown" in question.text:
            raise RuntimeError("secret detail of the breakdown")
        began = time.perf_counter()
        as_of = question.as_of or datetime.now(UTC)
        understanding = understand(question, publishers=[name for name, _ in self.overview().publishers])
        spans = [span for limit in understanding.limits for span in limit.spans]
        asked = words("".join(" " if any(a <= i < b for a, b in spans) else c for i, c in enumerate(question.text)))
        found = []
        for article in self.articles:
            if not self._inside(article, understanding.scope, as_of):
                continue
            for match in re.finditer(r"\S.*?[.!?](?=\s|$)", article.text, re.DOTALL):
                quote, start = match.group(), match.start()
                share = len(asked & words(quote + " " + article.title)) / max(len(asked), 1)
                found.append((share, article, start, quote))
        found.sort(key=lambda item: (-item[0], item[1].id, item[2]))
        answer = Answer(
            question=question, status=AnswerStatus.ANSWERED, as_of=as_of, understanding=understanding, complete=False
        )
        yield answer
        good = [item for item in found if item[0] >= 0.5][:3]
        for number, (_, article, start, quote) in enumerate(good, start=1):
            time.sleep(self.pause)
            citation = Citation(
                number=number, article=article, passage_id=f"{article.id}:0", passage_start=0,
                passage_end=len(article.text), start=start, end=start + len(quote), quote=quote,
            )  # fmt: skip
            figure = re.search(r"\$?\d[\d,.]*\d( million| percent)?", quote)
            sentence = Sentence(text=quote, citations=(number,), highlight=figure.span() if figure else None)
            answer = replace(answer, sentences=(*answer.sentences, sentence), citations=(*answer.citations, citation))
            yield answer
        seconds = {"retrieve": time.perf_counter() - began}
        if good:
            yield replace(answer, complete=True, seconds=seconds, confidence=good[0][0])
            return
        nearest = {article.id: article for _, article, _, _ in found[:12]}
        yield replace(
            answer, status=AnswerStatus.ABSTAINED, complete=True, seconds=seconds,
            nearest=tuple(
                ScoredPassage(passage=passage_of(article), article=article, scores=Scores(final=0.0))
                for article in list(nearest.values())[:3]
            ),
        )  # fmt: skip

    def ask(self, question: Question) -> Answer:
        *_, last = self.stream(question)
        return last

    def quote(self, question: Question) -> Answer:
        return self.ask(question)

    @staticmethod
    def _inside(article: Article, scope: Scope, as_of: datetime) -> bool:
        published = article.published_at
        if published and published.value >= as_of:
            return False
        if scope.publishers and article.publisher not in scope.publishers:
            return False
        bounds = (scope.published_from, scope.published_until)
        if any(bounds) and published is None:
            return False
        return (bounds[0] is None or published.value >= bounds[0]) and (
            bounds[1] is None or published.value < bounds[1]
        )


ARTICLES = (
    Article(
        id="2025-01-14-harbor-lumen",
        title="Harbor Pictures signs a pilot agreement with Lumen Labs",
        text=(
            "Harbor Pictures said on Tuesday that it had signed a pilot agreement with Lumen Labs to test generated "
            "video in previsualization. The studio did not disclose terms.\n\n"
            "The pilot covers two animated features and runs for nine months, chief technology officer Dana Okafor "
            "told staff in a memo. Lumen Labs will not train its models on finished films, the memo said. "
            "A review by the animators' guild is due before any shot reaches a screen, and the studio promised to "
            "publish what it learns.\n\n"
            "Shares of Harbor closed little changed."
        ),
        url="https://ledger.example/2025/01/14/harbor-lumen?edition=us&page=1",
        publisher="Screen Ledger",
        section="Studios",
        language="en",
        kind=Kind.BRIEF,
        published_at=on_day("2025-01-14"),
        modified_at=on_day("2025-01-16"),
    ),
    Article(
        id="2025-12-11-harbor-lumen-deal",
        title="Harbor turns its Lumen pilot into a $40 million agreement",
        text=(
            "Harbor Pictures will pay Lumen Labs $40 million over three years under an agreement that replaces the "
            "pilot begun in January. The agreement lets Harbor train a private model on 212 titles of its library.\n\n"
            "Performers must consent before their likeness is used, both companies said. Rival studios have signed "
            "nothing comparable so far."
        ),
        url="https://reelreport.example/harbor-lumen-deal",
        publisher="Reel Report",
        section="Studios",
        language="en",
        published_at=on_day("2025-12-11"),
    ),
    Article(
        id="2026-03-02-dubbing-rules",
        title="Dubbing actors win consent rules for cloned voices",
        text=(
            "Dubbing actors in four countries won a rule that every cloned voice needs written consent. The rule takes "
            "effect on July 1, 2026. Studios that break it owe a fee of 5 percent of the title's budget."
        ),
        url="https://dubwire.example/consent-rules",
        publisher="Dub Wire",
        section="Dubbing",
        language="en",
        published_at=on_day("2026-03-02"),
    ),
    Article(
        id="undated-festival-jury",
        title="Festival jury bars generated actors from its acting prize",
        text=(
            "A festival jury barred generated actors from its acting prize. Films with generated scenery stay eligible "
            "when the credits name the tools."
        ),
        publisher="Screen Ledger",
        section="Festivals",
        language="en",
    ),
)

MARKUP = (
    "<script>window.pwned='script'</script>"
    "<img src=x onerror=\"window.pwned='img'\">"
    "<svg/onload=\"window.pwned='svg'\">"
    "[click](javascript:window.pwned='link') ![pixel](http://evil.example/pixel.png) "
    "[1]: http://evil.example 'def' <http://evil.example> https://evil.example/bare "
    "{{value}} {{{value}}} {{constructor.constructor('window.pwned=1')()}} ${window.pwned='template'} "
    "`${window.pwned='tick'}` \\u0041 $$\\href{javascript:window.pwned='tex'}{x}$$ "
    "&lt;b&gt; &#60;i&#62; <form action=http://evil.example><input name=q></form> "
    "<style>body{display:none}</style> <base href=//evil.example/> "
    "\u202etxt.exe\u2066 </p></div></article></section></aside> ```mermaid\ngraph TD;``` # head\n\n- item\n\n> quoted"
)

HOSTILE = Article(
    id="hostile",
    title=f"Zanzibar {MARKUP}",
    text=f"Zanzibar ledger opening {MARKUP}.\n\nZanzibar ledger closing {MARKUP}.",
    url="javascript:window.pwned='url'",
    publisher=f"Zanzibar Post {MARKUP}",
    section=MARKUP,
    language='en" onmouseover="window.pwned=1',
    published_at=on_day("2024-05-05"),
)


def bound(day: str, *, days: int = 0) -> datetime:
    """Midnight UTC of a day, some days later."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=days)
