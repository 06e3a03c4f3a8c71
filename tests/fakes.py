"""Stand-ins for slow parts: real behaviour in small, no patches."""

import hashlib
import re

import numpy as np

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w{1,8}|[^\w\s]")


class HashingEncoder:
    """An ``Encoder`` for tests: a bag of hashed words, so that texts with common words are near each other.

    Deterministic across processes and machines, no model behind it, words of equal hash collide.
    """

    name = "hashing"
    max_tokens = 256

    def __init__(self, dimension=384):
        self.dimension = dimension
        self.model_hash = hashlib.sha256(f"hashing {dimension}".encode()).hexdigest()
        self.encoded = 0  # texts embedded so far: tells whether a vector was cached

    def encode(self, texts):
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            words = _WORD.findall(text.lower()) or [""]
            for word in words:
                digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
                row[int.from_bytes(digest[:4], "little") % self.dimension] += 1.0
        self.encoded += len(texts)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def token_offsets(self, text):
        return [match.span() for match in _TOKEN.finditer(text)]
