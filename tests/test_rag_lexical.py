"""The lexical index: what words find, within which limits, and what damage looks like."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ArchiveDamagedError
from rag.lexical import MAX_QUERY_TERMS, LexicalIndex, LexicalRow, analyzer
from rag.schema import Kind, Scope
from rag.tables import timestamp

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def row(name, text, *, published=None, available=None, publisher=None, section=None, kind=Kind.NEWS):
    seconds = None if published is None else timestamp(datetime.fromisoformat(published).replace(tzinfo=UTC))
    return LexicalRow(
        passage_id=name,
        text=text,
        publisher=publisher,
        section=section,
        kind=kind.value,
        published=seconds,
        available=seconds if available is None and seconds is not None else timestamp(available or NOW),
    )


@pytest.fixture
def index(tmp_path):
    return LexicalIndex(tmp_path / "lexical")


def search(index, text, *, as_of=NOW + timedelta(days=900), limit=20, **scope):
    return [hit.passage_id for hit in index.search(text, scope=Scope(**scope), as_of=as_of, limit=limit)]


def test_words_meet_in_any_form_case_and_accent(index):
    index.write([row("a", "Studios were LICENSING Beyoncé’s voices"), row("b", "A court ruled on training data")])
    assert search(index, "license") == search(index, "beyonce voice") == search(index, "studio") == ["a"]
    assert search(index, "courts rule") == ["b"]


def test_a_question_without_a_word_of_its_own_finds_nothing(index):
    index.write([row("a", "It is the court")])
    assert search(index, "is it the") == search(index, "") == search(index, " ?!… ") == []
    assert search(index, 'court AND "(') == ["a"]


def test_rarer_words_and_repeats_count_more_and_ties_are_in_order(index):
    index.write([row(f"p{number}", "strike vote") for number in range(9)])
    index.write([row("z", "strike merger"), row("c", "same words"), row("b", "same words"), row("a", "same words")])
    assert search(index, "strike merger")[0] == "z"
    assert search(index, "same words") == ["a", "b", "c"]
    hits = index.search("same words", scope=Scope(), as_of=NOW + timedelta(days=1), limit=9)
    assert len({hit.score for hit in hits}) == 1
    assert all(hit.score > 0 for hit in hits)


def test_limits_do_not_change_scores(index):
    index.write([row("a", "a strike", published="2024-01-05", publisher="Variety", section="Labour"), row("b", "none")])
    plain = index.search("strike", scope=Scope(), as_of=NOW, limit=5)
    scope = Scope(
        published_from=datetime(2024, 1, 1, tzinfo=UTC),
        published_until=datetime(2024, 2, 1, tzinfo=UTC),
        publishers=("variety",),
        sections=("LABOUR",),
    )
    assert index.search("strike", scope=scope, as_of=NOW, limit=5) == plain != []
    kept_out = Scope(excluded_publishers=("Deadline",), kinds=(Kind.NEWS,), excluded_kinds=(Kind.OPINION,))
    assert index.search("strike", scope=kept_out, as_of=NOW, limit=5) == plain


def test_dates_publishers_and_sections_limit_what_is_found(index):
    index.write(
        [
            row("jan", "strike", published="2024-01-31T23:59:59", publisher="Élan", section="Labour"),
            row("feb", "strike", published="2024-02-01", publisher="Variety", section="Courts"),
            row("old", "strike", published="1931-05-01"),
            row("undated", "strike", available=NOW, publisher="Variety"),
        ]
    )
    first, second = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)
    assert set(search(index, "strike")) == {"jan", "feb", "old", "undated"}
    assert search(index, "strike", published_from=first, published_until=second) == ["jan"]
    assert set(search(index, "strike", published_until=second)) == {"jan", "old"}
    assert search(index, "strike", published_from=second) == ["feb"]
    assert set(search(index, "strike", as_of=second)) == {"jan", "old"}
    assert "undated" not in search(index, "strike", as_of=NOW)
    assert "undated" in search(index, "strike", as_of=NOW + timedelta(seconds=1))
    assert search(index, "strike", publishers=("ÉLAN",)) == ["jan"]
    assert set(search(index, "strike", publishers=("Variety", "élan"))) == {"jan", "feb", "undated"}
    assert search(index, "strike", publishers=("Variety",), sections=("courts",)) == ["feb"]


def test_publishers_and_kinds_are_wanted_or_kept_out(index):
    index.write(
        [
            row("news", "strike", publisher="Élan"),
            row("view", "strike", publisher="Variety", kind=Kind.OPINION),
            row("release", "strike", publisher="Variety", kind=Kind.PRESS_RELEASE),
            row("nameless", "strike", kind=Kind.BRIEF),
        ]
    )
    assert set(search(index, "strike", excluded_publishers=("ÉLAN",))) == {"view", "release", "nameless"}
    assert search(index, "strike", excluded_publishers=("élan", "variety")) == ["nameless"]
    assert set(search(index, "strike", kinds=(Kind.OPINION, Kind.BRIEF))) == {"view", "nameless"}
    assert set(search(index, "strike", excluded_kinds=(Kind.PRESS_RELEASE, Kind.BRIEF))) == {"news", "view"}
    assert search(index, "strike", publishers=("Variety",), excluded_kinds=(Kind.OPINION,)) == ["release"]


def test_an_id_written_again_is_replaced_and_a_removed_one_is_gone(index):
    index.write([row("a", "first words"), row("b", "other words")])
    index.write([row("a", "second phrase")], remove=["b", "unknown"])
    assert index.ids() == {"a"}
    assert index.count() == 1
    assert (search(index, "first"), search(index, "other"), search(index, "second")) == ([], [], ["a"])
    index.write([row("b", "back again")], remove=["a"])
    assert index.ids() == {"b"}


def test_another_reader_sees_what_was_written_since_it_opened(index, tmp_path):
    reader = LexicalIndex(tmp_path / "lexical")
    assert search(reader, "news") == []
    index.write([row("a", "news")])
    assert search(reader, "news") == ["a"]
    assert reader.count() == 1


def test_a_pasted_page_is_cut_to_a_bounded_query(index):
    index.write([row("a", "word5"), row("b", f"word{MAX_QUERY_TERMS + 5}")])
    assert search(index, " ".join(f"word{number}" for number in range(5000))) == ["a"]


def test_terms_and_their_frequency_are_as_indexed(index):
    index.write([row("a", "unions strike"), row("b", "the union")])
    assert index.terms("The Unions’ strikes") == ["union", "strike"]
    assert (index.document_frequency("union"), index.document_frequency("absent")) == (2, 0)


def test_finds_tells_whether_words_lead_to_a_passage(index):
    index.write([row("a", "unions strike"), row("b", "the")])
    assert index.finds("a", "a long strike")
    assert index.finds("b", "the")
    assert not index.finds("a", "festival")
    assert not index.finds("c", "strike")


@given(st.text(max_size=200))
def test_no_text_breaks_a_query(text):
    assert all(isinstance(term, str) and term for term in analyzer().analyze(text))


@settings(max_examples=30)
@given(text=st.text(max_size=80))
def test_any_text_is_indexed_and_finds_itself_if_it_has_terms(text, tmp_path_factory):
    index = _shared(tmp_path_factory)
    index.write([row("x", text)])
    assert index.finds("x", text)
    assert ("x" in search(index, text)) == bool(index.terms(text))


_SHARED = {}


def _shared(factory):
    if "index" not in _SHARED:
        _SHARED["index"] = LexicalIndex(factory.mktemp("shared"))
    return _SHARED["index"]


@pytest.mark.parametrize("pattern", ["meta.json", "*.idx", "*.term", "*.store", "*.fast"])
def test_an_index_with_garbage_for_a_file_is_refused_with_the_remedy(index, tmp_path, pattern):
    index.write([row("a", "strike")])
    for file in (tmp_path / "lexical").glob(pattern):
        file.write_bytes(b"\x00garbage\xff" * (1 + file.stat().st_size // 9))
    with pytest.raises(ArchiveDamagedError, match="python -m ingest repair"):
        LexicalIndex(tmp_path / "lexical")


@pytest.mark.parametrize("pattern", ["*.idx", "*.store"])
def test_damage_inside_a_file_is_our_error_when_it_is_met(index, tmp_path, pattern):
    index.write([row(f"p{number}", f"strike vote number{number}") for number in range(500)])
    for file in (tmp_path / "lexical").glob(pattern):
        content = bytearray(file.read_bytes())
        content[: len(content) - 200] = b"\xff" * (len(content) - 200)
        file.write_bytes(content)
    damaged = LexicalIndex(tmp_path / "lexical")
    with pytest.raises(ArchiveDamagedError, match="python -m ingest repair"):
        search(damaged, "strike vote number7")


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="NEWSDESK_DATA"):
        LexicalIndex(tmp_path / "file" / "lexical")
