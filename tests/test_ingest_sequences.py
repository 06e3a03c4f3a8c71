"""Whatever is added, edited, copied, moved and removed, the archive is sound and searches each text once."""

from dataclasses import dataclass, field

import pytest
from archives import NOW, article, opened, outcomes, prose, searched, take
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import pipeline

TEXTS = [prose(0, 3), prose(10, 25), prose(10, 24), prose(300, 30)]
DAYS = [None, "2024-01-05", "2024-02-06"]
ITEM = st.tuples(
    st.sampled_from("abcde"),
    st.integers(0, len(TEXTS) - 1),
    st.sampled_from(DAYS),
    st.sampled_from([None, "https://news.example/1", "https://news.example/2"]),
)
STEP = st.one_of(st.lists(ITEM, min_size=1, max_size=6), st.sampled_from("abcde"), st.just("reopen"))


@dataclass
class Model:
    """What the archive ought to hold: per id its text, date and URL now, and the texts it had."""

    now: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)

    def take_run(self, items):
        """Take items as one run would; return what should become of each."""
        read, expected = set(), []
        for name, text, day, url in items:
            by_url = [held for held, (_, _, held_url) in self.now.items() if url is not None and held_url == url]
            name = (by_url or [name])[0]
            content = (TEXTS[text], day, url)
            if name not in self.now:
                copy = any(other[0] == TEXTS[text] for other in self.now.values())
                self.now[name], self.texts[name] = content, [TEXTS[text]]
                expected.append("copy" if copy else "added")
            elif self.now[name] == content:
                expected.append("unchanged")
            elif name in read:
                expected.append("quarantined")
            else:
                self.now[name] = content
                self.texts[name].append(TEXTS[text])
                expected.append("updated")
            read.add(name)
        return expected

    def remove(self, name):
        self.texts.pop(name, None)
        return self.now.pop(name, None) is not None


def check(stores, model):
    """Compare the stores with the model."""
    assert stores.verify().is_sound
    held = searched(stores)
    assert sorted(held.values()) == sorted({text for text, _, _ in model.now.values()})
    for name, (text, day, url) in model.now.items():
        stored = stores.archive.article(name)
        assert (stored.text, stored.url, stored.version) == (text, url, len(model.texts[name]))
        assert (stored.published_at is None) == (day is None)
        source = stored.duplicate_of or name
        assert held[source] == text
        days = [other_day for other_text, other_day, _ in model.now.values() if other_text == text]
        earliest = min((other for other in days if other), default=None)
        assert model.now[source][1] == earliest
        for number, former in enumerate(model.texts[name], start=1):
            assert stores.archive.article(name, version=number).text == former


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=6), batch=st.integers(1, 12))
def test_any_sequence_of_runs_and_removals_leaves_what_a_dictionary_would_hold(steps, batch, tmp_path_factory):
    folder, model = tmp_path_factory.mktemp("archive"), Model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "BATCH_PASSAGES", batch)
        patch.setattr(pipeline, "INDEX_EVERY", 2 * batch)
        runs = [[]]
        for step in [*steps, "reopen"]:
            if step != "reopen":
                runs[-1].append(step)
                continue
            with opened(folder, create=True) as stores:
                for action in runs[-1]:
                    if isinstance(action, str):
                        assert pipeline.Pipeline(stores, now=NOW).remove(action) == model.remove(action)
                    else:
                        items = [
                            article(name, TEXTS[text], published=day, url=url, source=f"line {place}")
                            for place, (name, text, day, url) in enumerate(action)
                        ]
                        assert outcomes(take(stores, items)[1]) == model.take_run(action)
                check(stores, model)
            runs.append([])
