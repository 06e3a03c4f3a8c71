"""The page of a comparison: losses and gains first, each opening to both answers side by side."""

from __future__ import annotations

from pathlib import Path

from eval.comparison import Change, Comparison, ComparisonError, Difference, Pair, compare
from eval.page import PassageTable, counted, embedded, render, settings
from eval.record import Record, Verdict
from eval.report import LESS_IS_BETTER, SCRIPTS, STYLES
from eval.run_data import read_run

SIGNIFICANT = 0.05


def write_comparison(before: Path, after: Path, out: Path) -> Path:
    """Compare two run folders, write the page ``out`` with its folder, and return its path.

    Raises RunDataError for a folder that holds no finished run, ComparisonError when the runs share no question.
    """
    page = page_of(compare(read_run(before), read_run(after)))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ComparisonError(f"{out} cannot be written ({error.strerror}). Name another file.") from error
    return out


def page_of(comparison: Comparison) -> str:
    """Return the comparison as HTML; the same two runs give the same text."""
    from eval.measures import DEFINITIONS

    pairs = losses_first(comparison)
    passages = PassageTable()
    data = [{"before": passages.data_of(pair.before), "after": passages.data_of(pair.after)} for pair in pairs]
    reaches = {
        timed: max((_reach(item) for item in comparison.differences if _is_time(item) is timed), default=0.0)
        for timed in (False, True)
    }
    return render(
        "comparison.html",
        styles=(*STYLES, "comparison.css"),
        scripts=(*SCRIPTS, "comparison.js"),
        title=f"{comparison.before.summary.info.name} → {comparison.after.summary.info.name}",
        comparison=comparison,
        pairs=pairs,
        changes=list(Change),
        change_counts={change.value: len(comparison.changed(change)) for change in Change},
        differences=[(item, tone_of(item)) for item in comparison.differences],
        definitions=DEFINITIONS,
        reach_of=lambda item: reaches[_is_time(item)],
        rank_change=rank_change,
        kinds=counted(pair.after.kind for pair in pairs),
        splits=counted(pair.after.split for pair in pairs),
        settings=_settings(comparison),
        data=embedded(data),
        passages=embedded(passages.texts),
    )


def losses_first(comparison: Comparison) -> list[Pair]:
    """Return the pairs in the order of ``Change``; within one, by the worse verdict, changed verdicts first."""
    changes, verdicts = list(Change), list(Verdict)
    return sorted(
        comparison.pairs,
        key=lambda pair: (
            changes.index(pair.change),
            pair.before.verdict is pair.after.verdict,
            -max(verdicts.index(pair.before.verdict), verdicts.index(pair.after.verdict)),
            pair.id,
        ),
    )


def tone_of(item: Difference) -> str:
    """Return ``better`` or ``worse`` for a difference that is significant at ``SIGNIFICANT``, else nothing.

    The p value decides, not the interval: where few questions changed, a percentile interval is too narrow.
    Coverage is neither: to answer more is good only as far as the answers are.
    """
    if item.p_value is None or item.p_value >= SIGNIFICANT or item.name == "coverage":
        return ""
    return "better" if (item.difference < 0) == bool(LESS_IS_BETTER.match(item.name)) else "worse"


def rank_change(pair: Pair) -> int | None:
    """Return by how many places the evidence fell; not retrieved counts as the place after the last."""
    if not pair.after.answerable:
        return None
    return _place(pair.after) - _place(pair.before)


def _place(record: Record) -> int:
    return record.rank or len(record.passages) + 1


def _is_time(item: Difference) -> bool:
    return item.name.startswith("seconds")


def _reach(item: Difference) -> float:
    return max(abs(value) for value in (item.difference, item.low or 0.0, item.high or 0.0))


def _settings(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return the settings of the configurations that differ, with both values."""
    before, after = (settings(run.summary.info.configuration) for run in (comparison.before, comparison.after))
    names = dict.fromkeys([*before, *after])
    return [
        (name, before.get(name, "–"), after.get(name, "–")) for name in names if before.get(name) != after.get(name)
    ]
