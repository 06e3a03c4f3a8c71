"""Vectors are computed once, and come out as the model gives them."""

import numpy as np
from fakes import HashingEncoder

from rag.remembering import RememberingEncoder


class Counting(HashingEncoder):
    def __init__(self):
        super().__init__()
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        return super().encode(texts)


def test_a_text_seen_before_is_not_computed_again():
    inner = Counting()
    encoder = RememberingEncoder(inner)
    first = encoder.encode(["one", "two", "one"])
    second = encoder.encode(["two", "three", "one"])
    assert inner.asked == ["one", "two", "three"]
    assert np.array_equal(first, HashingEncoder().encode(["one", "two", "one"]))
    assert np.array_equal(second, HashingEncoder().encode(["two", "three", "one"]))


def test_the_longest_unused_vector_is_forgotten_first():
    inner = Counting()
    encoder = RememberingEncoder(inner, capacity=2)
    encoder.encode(["one", "two"])
    encoder.encode(["one"])
    encoder.encode(["three"])
    encoder.encode(["one", "two"])
    assert inner.asked == ["one", "two", "three", "two"]


def test_what_is_returned_can_be_changed_without_harm():
    encoder = RememberingEncoder(Counting())
    encoder.encode(["one"])[:] = 0
    assert encoder.encode(["one"]).any()


def test_no_text_gives_no_row():
    encoder = RememberingEncoder(Counting())
    assert encoder.encode([]).shape == (0, encoder.dimension)
