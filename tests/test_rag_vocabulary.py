"""The names of publishers as they are known while the archive changes."""

from archives import article, opened, prose, take

from rag.vocabulary import LONGEST, SECONDS, Vocabulary, VocabularyReader, read_vocabulary


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_publishers_are_those_of_what_is_searched_and_some_are_written_about(tmp_path):
    with opened(tmp_path, create=True) as stores:
        first = article("a", prose(0, 3), publisher="Variety", published="2024-01-01", entities=("open ai", "Runway"))
        copy = article("b", prose(0, 3), publisher="Copycat", published="2024-02-01", entities=("Variety",))
        take(stores, [first, copy, article("c", prose(40, 3), publisher="OpenAI"), article("d", prose(80, 3))])
        assert read_vocabulary(stores.archive) == Vocabulary(publishers=("OpenAI", "Variety"), newsmakers=("OpenAI",))


def test_an_archive_that_grew_is_read_again_after_a_while(tmp_path):
    clock = Clock()
    with opened(tmp_path, create=True) as stores:
        vocabulary = VocabularyReader(stores.archive, clock=clock)
        assert vocabulary() == Vocabulary()
        take(stores, [article("a", prose(0, 3), publisher="Variety")])
        clock.now += SECONDS - 1
        assert vocabulary() == Vocabulary()
        clock.now += 1
        assert vocabulary().publishers == ("Variety",)


def test_names_are_read_only_when_the_archive_changed_or_they_are_old(tmp_path):
    clock = Clock()
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("a", prose(0, 3), publisher="Variety")])
        vocabulary = VocabularyReader(stores.archive, clock=clock)
        first = vocabulary()
        clock.now += SECONDS
        assert vocabulary() is first
        take(stores, [article("a", prose(0, 3), publisher="Deadline")])
        clock.now += LONGEST
        assert vocabulary().publishers == ("Deadline",)
