"""Choosing the sentences that answer a question, or finding that none does.

Extractive on purpose: every word spoken stands in a passage, so nothing can be invented (models of
135-270M parameters were tried as writers and invented facts). Retrieval finds the passage; here its
statements compete, by meaning (cosine of multilingual-e5-small) and by the question's own words,
rare ones counting more.
"""

import math
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import snowballstemmer

from knowledge_app.retrieval import Passage
from voice_app.conversation.passages import Statement, speakable, split_statements
from voice_app.conversation.tools.search_knowledge_base import Found

Embed = Callable[[list[str]], Awaitable[list[list[float]]]]

# Nearness plus the weighted share of the question's words that a statement must reach.
# multilingual-e5-small keeps unrelated texts near 0.78 and good answers above 0.86; in between, the
# words decide. Rather too high than too low: a wrong answer costs the owner more than none. Chosen
# on `bench/grounding_questions.json`, which no test asks.
LEAST_SCORE = 0.89
WORDS_WEIGHT = 0.08
KIND_BONUS = 0.05
# Statements whose meaning is compared; each costs about 12 ms.
MAX_COMPARED = 6
# A further statement is said too when it is nearly as good: the one that follows may be a little
# worse, since it often holds the condition or the price, one from elsewhere must be as good.
FOLLOWS = 0.04
NEARLY = 0.015
AS_GOOD = 0.005
MAX_STATEMENTS = 3
MAX_SPOKEN_CHARACTERS = 420

_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "give",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hi",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "know",
        "let",
        "like",
        "look",
        "may",
        "me",
        "might",
        "mine",
        "more",
        "most",
        "much",
        "must",
        "my",
        "need",
        "no",
        "not",
        "of",
        "off",
        "on",
        "one",
        "only",
        "or",
        "our",
        "out",
        "over",
        "please",
        "s",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "us",
        "very",
        "want",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
        "about",
        "happen",
        "happens",
        "there's",
        "what's",
        "i'm",
        "i'd",
        "also",
        "hello",
        "hey",
        "thanks",
    ]
)
_STEMMER = snowballstemmer.stemmer("english")
_NUMBER = (
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half)\b"
)
# What a question's form asks for, and how a statement looks that can give it.
_KINDS: list[tuple[str, str]] = [
    (
        r"\b(how much(?! time)|cost|costs|price|prices|charge|fee|pay|expensive)\b",
        rf"{_NUMBER}|\b(free|euros?|dollars?|pounds?|cents?)\b|[€$£]",
    ),
    (
        r"\b(when|what time|how late|how early|open|close|hours|which days?)\b",
        rf"{_NUMBER}|\b(mon|tues|wednes|thurs|fri|satur|sun)day|\b(noon|midnight|daily|closed)\b",
    ),
    (r"\b(how much time|how many|how long|how old|how far|how often)\b", _NUMBER),
    (r"\b(phone|number|call you|email|mail|reach)\b", r"\d{3}|@"),
    (
        r"\bwhere\b|\baddress\b",
        r"\b(street|lane|road|avenue|square|corner|floor|opposite)\b",
    ),
]


@dataclass(frozen=True)
class Answer:
    """What to say and the passages it stands on, best first."""

    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Scored:
    statement: Statement
    score: float
    similarity: float
    coverage: float


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order."""
    words = re.findall(r"[a-z0-9\u00e0-\u00ff]+(?:'[a-z]+)?", text.lower().replace("\u2019", "'"))
    return _STEMMER.stemWords([w for w in words if w not in _STOP_WORDS])


async def find_answer(
    question: str, found: Found, *, embed: Embed, ignore: str = ""
) -> Answer | None:
    """Return the best statements of what was found, or None when they don't answer the question.

    `ignore` holds words that say nothing here, such as the business's own name.
    """
    statements = split_statements(found.passages)
    if not statements:
        return None
    weights = _word_weights(_wanted_stems(question, ignore), statements)
    nearest = sorted(statements, key=lambda s: -_first_score(question, s, weights))[:MAX_COMPARED]
    vectors = await embed([s.in_context for s in nearest])
    scored = [
        _score(question, statement, _dot(found.query_vector, vector), weights)
        for statement, vector in zip(nearest, vectors, strict=True)
    ]
    scored.sort(key=lambda s: -s.score)
    return _compose(scored) if _is_answer(scored[0]) else None


def _is_answer(best: Scored) -> bool:
    return best.similarity + WORDS_WEIGHT * best.coverage >= LEAST_SCORE


def _wanted_stems(question: str, ignore: str) -> list[str]:
    """Return the stems to look for; words that only say what kind of answer is wanted don't
    count.
    """
    said = question.lower()
    for asked, _ in _KINDS:
        said = re.sub(asked, " ", said)
    ignored = set(stems(ignore))
    wanted = [stem for stem in stems(said) if stem not in ignored]
    return list(dict.fromkeys(wanted or stems(question)))


def _word_weights(wanted: Sequence[str], statements: Sequence[Statement]) -> dict[str, float]:
    """Weigh each stem by how rare it is among the statements; one that stands nowhere weighs
    most.
    """
    sets = [set(stems(s.in_context)) for s in statements]
    total = len(sets)
    return {w: math.log(1 + total / (1 + sum(w in s for s in sets))) for w in wanted}


def _coverage(statement: Statement, weights: dict[str, float]) -> float:
    """Return which share of the question's weight the statement and its heading hold, 0..1."""
    found = set(stems(statement.in_context))
    whole = sum(weights.values())
    return sum(w for stem, w in weights.items() if stem in found) / whole if whole else 0.0


def _first_score(question: str, statement: Statement, weights: dict[str, float]) -> float:
    """Rank before meaning is compared: words count double, since only they tell a passage's lines
    apart.
    """
    return statement.passage.similarity + 2 * _words_score(question, statement, weights)


def _score(
    question: str, statement: Statement, similarity: float, weights: dict[str, float]
) -> Scored:
    # A statement alone is short, and short texts are all alike to the model: its passage counts
    # too.
    nearness = (similarity + statement.passage.similarity) / 2
    score = nearness + _words_score(question, statement, weights)
    return Scored(statement, score, nearness, _coverage(statement, weights))


def _words_score(question: str, statement: Statement, weights: dict[str, float]) -> float:
    bonus = KIND_BONUS if _is_of_kind(question.lower(), statement.text.lower()) else 0.0
    return WORDS_WEIGHT * _coverage(statement, weights) + bonus


def _is_of_kind(question: str, text: str) -> bool:
    """Whether the question asks for a price, a time, a place, and the text has one."""
    return any(re.search(asked, question) and re.search(given, text) for asked, given in _KINDS)


def _compose(scored: Sequence[Scored]) -> Answer:
    chosen = _choose(scored)
    # Statements of one passage are said in the order in which they were written.
    order = {id(s.passage): n for n, s in reversed(list(enumerate(chosen)))}
    said = sorted(chosen, key=lambda s: (order[id(s.passage)], s.position))
    passages = {s.passage.chunk_id: s.passage for s in chosen}
    return Answer(" ".join(_spoken(s) for s in said), tuple(passages.values()))


def _choose(scored: Sequence[Scored]) -> list[Statement]:
    """Return the best statement and those that stand beside it, best first."""
    best = scored[0]
    chosen = [best.statement]
    for other in scored[1:]:
        margin = _margin(best.statement, other.statement)
        length = sum(len(s.text) for s in chosen) + len(other.statement.text)
        is_new = other.statement.text not in {s.text for s in chosen}
        if best.score - other.score <= margin and length <= MAX_SPOKEN_CHARACTERS and is_new:
            chosen.append(other.statement)
    return chosen[:MAX_STATEMENTS]


def _margin(best: Statement, other: Statement) -> float:
    if other.passage is not best.passage:
        return AS_GOOD
    return FOLLOWS if other.position == best.position + 1 else NEARLY


def _spoken(statement: Statement) -> str:
    """Say a table's row with its heading: "Saturday, 9 to 14" alone wouldn't tell what of."""
    is_row = not statement.text.endswith((".", "!", "?")) and len(statement.text.split()) <= 12
    heading = statement.passage.heading.rsplit(" > ", 1)[-1].rstrip("?.: ")
    return speakable(f"{heading}: {statement.text}" if is_row and heading else statement.text)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
