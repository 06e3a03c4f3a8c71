"""Clean text: one form, nothing visible lost; decoding and language without guessing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.article import ItemError
from ingest.text import clean_line, clean_text, decode_text, detect_language, without_title

AWKWARD = st.text(
    alphabet=st.sampled_from(
        "ab \t\n\r\x00\x0b\x0c\x85\u2028\u2029\u00a0\u00ad\u200b\u200c\u200d\ufeff\u0301e\u212a\u202e\ud800"
    )
)
ANY = st.one_of(st.text(alphabet=st.characters(), max_size=60), AWKWARD)


@given(ANY)
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_text(text)
    assert clean_text(once) == once


@given(ANY)
def test_clean_text_can_be_stored_and_holds_nothing_invisible(text):
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in cleaned.replace("\n", ""))
    assert "\n\n\n" not in cleaned
    assert cleaned == cleaned.strip()
    assert all(line == line.rstrip() for line in cleaned.split("\n"))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=60))
def test_letters_digits_and_punctuation_stay_but_for_their_composition(text):
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("page\x0cbreak\u2028line\u2029paragraph", "page\nbreak\nline\n\nparagraph"),
        ("a  \n \u00a0\n\n\n\tb", "a\n\n b"),
        ("co\u00adop\u200ber\ufeffate\x00d\x1b", "cooperated"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("hid\u200dden", "hidden"),
        ("visible\U000e0041\U000e0042", "visible"),
        ("half \ud83d gone", "half  gone"),
        ("Cafe\u0301", "Café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_text_is_cleaned(dirty, clean):
    assert clean_text(dirty) == clean


def test_a_line_has_single_spaces():
    assert clean_line("  A\ttitle\n over\u00a0 lines ") == "A title over lines"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_a_byte_order_mark_is_decoded(encoding):
    assert decode_text("Zürich – „ja“ 🎬".encode(encoding)) == "Zürich – „ja“ 🎬"


@pytest.mark.parametrize(
    ("content", "offset"), [(b"abc \xfcber", 4), (b"\xef\xbb\xbfabc\xff", 6), (b"\xff\xfea\x00\x00\xd8", 4)]
)
def test_the_first_byte_that_cannot_be_decoded_is_named(content, offset):
    with pytest.raises(ItemError, match=f"byte {offset} ") as caught:
        decode_text(content)
    assert "UTF-8" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The studio signed the contract on Monday, two people familiar with the talks said.", "en"),
        ("Das Studio hat den Vertrag am Montag unterzeichnet, sagten zwei Beteiligte.", "de"),
        ("Le studio a signé le contrat lundi, selon deux personnes proches du dossier.", "fr"),
        ("OpenAI Sora Netflix Disney Runway Lionsgate Pika Midjourney", None),
        ("12 345 67 890", None),
        ("", None),
    ],
)
def test_a_language_is_told_or_stays_unknown(text, language):
    assert detect_language(text) == language


def test_only_a_first_line_that_is_the_title_is_left_out():
    assert without_title("A  Title\n\nBody.", "A Title").strip() == "Body."
    assert without_title("Another\n\nBody.", "A Title") == "Another\n\nBody."
    assert without_title("\n\nBody.", "") == "\n\nBody."
