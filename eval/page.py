"""Self-contained HTML pages: templates, styles and scripts in one file that asks nothing of any server.

A content security policy that allows only the page's own scripts, by their SHA-256, stands in the page itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eval.record import PassageRecord, Record, Verdict

TEMPLATES = Path(__file__).parent / "templates"
OF_THE_QUESTION = ("rank", "final", "dense", "lexical", "recency", "gold", "holds_answer")
"""What a retrieved passage has from the question; the rest is the same wherever it is retrieved."""


def render(template: str, *, styles: Iterable[str], scripts: Iterable[str], **context: Any) -> str:
    """Return the page of a template with its styles and scripts, by file name, written into it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    environment.filters |= {item.__name__: item for item in (share, signed, p_value, moment, megabytes, slug)}
    style, script = (Markup("\n".join(_source(name) for name in names)) for names in (styles, scripts))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment.get_template(template).render(
        style=style, script=script, policy=policy, verdicts=list(Verdict), **context
    )


def embedded(value: Any) -> Markup:
    """Return ``value`` as JSON that can stand in a script element: no ``<``, ``>`` or ``&`` is left in it.

    Numbers that JSON does not know, such as NaN, become null.
    """
    from jinja2.utils import htmlsafe_json_dumps
    from pydantic_core import to_json

    return htmlsafe_json_dumps(value, dumps=lambda item, **_: to_json(item, inf_nan_mode="null").decode())


class PassageTable:
    """Every retrieved passage once: many questions retrieve the same ones, and a page must stay small."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self._places: dict[tuple[Any, ...], int] = {}

    def data_of(self, record: Record) -> dict[str, Any]:
        """Return a record's fields for the page, its passages as their ``place`` in ``texts`` with their scores."""
        data = record.model_dump(exclude={"passages"})
        return {**data, "slug": slug(record.verdict), "passages": [self._row(item) for item in record.passages]}

    def _row(self, passage: PassageRecord) -> dict[str, Any]:
        shared = passage.model_dump(
            include={"id", "article", "title", "publisher", "published", "start", "end", "text"}
        )
        key = tuple(shared.values())
        place = self._places.setdefault(key, len(self.texts))
        if place == len(self.texts):
            self.texts.append(shared)
        own = passage.model_dump(include=set(OF_THE_QUESTION))
        return {"place": place, **own}


def share(value: float | None) -> str:
    """Return a share as the field writes it, with three decimals."""
    return "–" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """Return a difference with its sign and three decimals."""
    if value is None:
        return "–"
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return a p value to three decimals."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def moment(text: str) -> str:
    """Return an ISO 8601 time to the minute, as people read it; what is no such time stays as it is."""
    from datetime import datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y, %H:%M} {found.tzname() or ''}".rstrip()


def megabytes(count: int) -> str:
    """Return a number of bytes in megabytes."""
    return f"{count / 1e6:,.0f} MB"


def slug(verdict: Verdict) -> str:
    """Return the name of a verdict's colour in the style sheet."""
    return verdict.name.lower().replace("_", "-")


def settings(configuration: Mapping[str, object]) -> dict[str, str]:
    """Return a configuration's settings by their dotted names, without its own name and description."""
    found: dict[str, str] = {}
    for name, value in configuration.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": said for inner, said in settings(value).items()}
        elif name not in {"name", "description"}:
            found[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return found


def counted(values: Iterable[str]) -> Mapping[str, int]:
    """Return each value with how often it comes, in alphabetical order."""
    from collections import Counter

    return dict(sorted(Counter(values).items()))


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
