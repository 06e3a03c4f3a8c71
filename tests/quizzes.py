"""Weeks of RealTime QA in small, in our own words."""

import json

from archives import DIMENSION
from fakes import HashingEncoder

from rag.config import Settings

FILLER = (
    "Neighbours watched from their doors while the mayor read a long statement about the harbour, the weather and "
    "the budget of the coming year. Nobody in the crowd asked for more. A brass band played until the rain came, and "
    "the stalls along the quay sold soup and paper lanterns. The council meets again after the holidays. "
)


def found(name, fact="", *, date="2022/07/01", title=None, **fields):
    """A search result about ``fact``, long enough to be pooled."""
    held = {"url": f"https://news.example/{name}", "title": title or f"Report on {name}", "text": f"{fact} {FILLER}"}
    return {**held, "authors": ["Ann Example"], "publish_date": date, **fields}


def asked(name, question, choices, answer, *, date="2022/07/02", **fields):
    return {
        "question_id": name, "question_date": date, "question_source": "Daily Example", "question_sentence": question,
        "choices": choices, "answer": answer, **fields,
    }  # fmt: skip


def write(file, lines):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))


BOATS = ["Herons", "Otters", "Badgers", "Foxes"]
CITIES = ["Lima", "Oslo", "Quito", "Riga"]


def repository_in(folder):
    """Two weeks: one question of each common kind, and a late article that must not be found."""
    year = folder / "repository" / "past" / "2022"
    write(
        year / "20220702_qa.jsonl",
        [
            asked("a", "Which crew won the boat race at Millbrook?", BOATS, ["1"]),
            asked("b", "Which city opened the tallest wooden tower?", CITIES, ["2"]),
            asked("c", "Who painted the missing lighthouse mural?", ["Nora Quill", "Ed Stone"], ["0"]),
            asked("d", "All these crews raced at Millbrook, except:", BOATS, ["3"]),
        ],
    )
    write(
        year / "20220702_gcs.jsonl",
        [
            {"question_id": "a", "search_result": [found("race", "The Otters won the boat race at Millbrook.")]},
            {"question_id": "b", "search_result": [found("tower", "Quito opened the tallest wooden tower.")]},
            {"question_id": "c", "search_result": [found("mural", "A lighthouse mural is missing since Monday.")]},
            {"question_id": "d", "search_result": []},
        ],
    )
    write(year / "20220709_qa.jsonl", [asked("e", "Which crew lost its boat?", BOATS, ["0"], date="2022-07-08")])
    write(
        year / "20220709_gcs.jsonl",
        [
            {
                "question_id": "e",
                "search_result": [
                    found("loss", "The Herons lost their boat on the rocks.", date="2022/07/09"),
                    found("race", "The Otters won the boat race at Millbrook, and the Herons came last."),
                ],
            }
        ],
    )
    return folder / "repository"


def settings_in(folder):
    return Settings(data=str(folder / "data"))


def encoder():
    return HashingEncoder(DIMENSION)
