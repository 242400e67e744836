"""How words are made comparable for full-text search, the same way when a chunk is stored and when
a question is asked.

Accents are folded here because the embedded PostgreSQL has no `unaccent`. English is stemmed; any
other language is searched word by word, which is right everywhere if not clever anywhere.
"""

import unicodedata

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.db.models.expressions import Combinable

MAX_INDEXED_CHARACTERS = 100_000
# PostgreSQL's configurations, for chunks here and for questions in `retrieval.py`: a document in
# one of these languages is English, "" being one that doesn't say.
ENGLISH_LANGUAGES = ["", "en"]
ENGLISH, ANY_LANGUAGE = "english", "simple"


def fold(text: str) -> str:
    """Return text in lower case without accents (`Öffnungszeiten` -> `offnungszeiten`)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def search_config(language: str) -> str:
    """Return PostgreSQL's text search configuration for a document's language code."""
    return ENGLISH if language in ENGLISH_LANGUAGES else ANY_LANGUAGE


def search_vector(*, title: str, heading: str, text: str, language: str) -> Combinable:
    """Return the expression for a chunk's `search` column: heading A, title B, text D."""
    config = search_config(language)
    return (
        SearchVector(Value(fold(heading)), config=config, weight="A")
        + SearchVector(Value(fold(title)), config=config, weight="B")
        + SearchVector(Value(fold(text)[:MAX_INDEXED_CHARACTERS]), config=config, weight="D")
    )
