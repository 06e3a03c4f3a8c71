"""PDF: paragraphs out of lines, no invented date, and faults that say what to do."""

import io

import pypdf
import pytest
from fakes_pdf import pdf_of

from ingest.article import ItemError
from ingest.pdf import joined, parse_pdf

LINES = [
    "The studio and the union reached a tentative agreement on Tues-",
    "day, two people familiar with the talks said. The well-known dir-",
    "ector called it a mile-",
    "stone.",
    "Members of the union will vote on the agreement in the first week",
    "of May, and the studio (which had refused) said it was pleased.",
]


def test_text_is_joined_to_paragraphs_and_words_parted_at_line_ends_are_mended():
    assert parse_pdf(pdf_of([LINES])).fields["text"] == (
        "The studio and the union reached a tentative agreement on Tuesday, two people familiar with the talks said. "
        "The well-known director called it a milestone.\n\n"
        "Members of the union will vote on the agreement in the first week of May, and the studio (which had refused) "
        "said it was pleased."
    )


def test_title_author_and_language_are_read_but_no_date():
    info = {
        "Title": "A deal",
        "Author": "Jane Doe",
        "CreationDate": "D:20240315100000Z",
        "ModDate": "D:20240315100000Z",
    }
    fields = parse_pdf(pdf_of([LINES], info=info)).fields
    assert {name: fields[name] for name in fields if name != "text"} == {
        "title": "A deal",
        "authors": "Jane Doe",
        "language": "en-GB",
    }


@pytest.mark.parametrize("title", ["Microsoft Word - draft3.docx", "untitled", "story.indd", "  "])
def test_a_title_written_by_a_program_is_none(title):
    assert "title" not in parse_pdf(pdf_of([LINES], info={"Title": title})).fields


def test_running_heads_and_page_numbers_are_left_out_and_sentences_go_on_over_pages():
    pages = [
        ["EXAMPLE DAILY", "", f"Sentence {number} begins on this page and it", "goes on until", f"Page {number} of 4"]
        for number in range(1, 5)
    ]
    text = joined(pages)
    assert "EXAMPLE" not in text
    assert "Page" not in text
    assert "until Sentence 2 begins" in text.replace("\n\n", " ")


def test_a_hyphen_stays_where_the_text_has_it_elsewhere_and_before_a_capital():
    assert joined([["A well-known actor and a well-", "known writer of Stratford-", "Upon."]]) == (
        "A well-known actor and a well-known writer of Stratford-Upon."
    )


def test_a_heading_and_blank_lines_end_paragraphs():
    long = "This line is as long as a line of this text may ever get to be,"
    assert joined([["The heading", long, "and it ends here in full", "", "next paragraph"]]) == (
        f"The heading\n\n{long} and it ends here in full\n\nnext paragraph"
    )
    assert joined([[], ["", " "]]) == ""


def test_without_a_text_layer_the_remedy_is_text_recognition():
    with pytest.raises(ItemError, match="no text layer") as caught:
        parse_pdf(pdf_of([[], []]))
    assert "ocrmypdf" in caught.value.remedy


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_truncated_pdf_is_told_as_such(kept):
    content = pdf_of([LINES] * 30)
    with pytest.raises(ItemError, match="cut off"):
        parse_pdf(content[: int(len(content) * kept)])


def encrypted(user_password):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of([LINES])))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_password_is_asked_for_only_where_one_is_needed_to_read():
    assert "tentative agreement" in parse_pdf(encrypted("")).fields["text"]
    with pytest.raises(ItemError, match="needs a password") as caught:
        parse_pdf(encrypted("secret"))
    assert "qpdf" in caught.value.remedy


def test_a_damaged_or_foreign_file_is_a_fault():
    with pytest.raises(ItemError, match="not a PDF"):
        parse_pdf(b"<html></html>")
    with pytest.raises(ItemError, match="damaged") as caught:
        parse_pdf(b"%PDF-1.4\nrubbish\n%%EOF\n")
    assert caught.value.remedy
