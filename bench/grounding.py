"""How often the grounded responder answers rightly, and how often it rightly doesn't answer.

`bin/bench grounding` onboards the demo business and types two sets of questions, each in a chat of
its own: the ones on which the thresholds were chosen, and `demo/questions.json`, on which they
weren't. Prints both counts apart, every miss, and the time to the first word.
"""

import json
import re
from pathlib import Path

import httpx

from bench.asking import Asked, ask, client_with_key, start_chat
from bench.figures import print_table
from tests.databases import migrated_database
from tests.services import running_stack

HERE = Path(__file__).parent
# Each question with the words of which one must be said; none where nothing answers it.
Questions = list[tuple[str, list[str]]]


def main() -> None:
    needed = ("web", "celery-calls", "celery-ingest", "celery-mail", "demo-site")
    settings = {"SESSION_RATE_PER_ADDRESS": "1000/min", "TURN_RATE_PER_ADDRESS": "1000/min"}
    with (
        migrated_database("bench_grounding") as database,
        running_stack(database, only=needed, settings=settings) as stack,
    ):
        demo = json.loads(stack.manage("setup_demo", "--json").splitlines()[-1])
        api = client_with_key(stack, "demo")
        for title, questions in (("chosen on", chosen_on()), ("not chosen on", not_chosen_on())):
            measure(api, demo["agent_id"], title, questions)


def chosen_on() -> Questions:
    rows = json.loads((HERE / "grounding_questions.json").read_text())["questions"]
    return [(row["question"], [row["says"]] if row["says"] else []) for row in rows]


def not_chosen_on() -> Questions:
    path = HERE.parent / "demo" / "questions.json"
    rows = json.loads(path.read_text())["questions"]
    return [(row["question"], row.get("any_of", [])) for row in rows]


def measure(api: httpx.Client, agent_id: str, title: str, questions: Questions) -> None:
    first_words: list[float] = []
    right = {"answered": 0, "declined": 0}
    print(f"\nQuestions the thresholds were {title}:")
    for question, wanted in questions:
        asked = ask(api, start_chat(api, agent_id), question)
        first_words.append(asked.first_word_ms)
        if is_right(asked, wanted):
            right["answered" if wanted else "declined"] += 1
        else:
            print(f"  missed: {question}\n    said: {asked.text[:140]}")
    answerable = sum(bool(wanted) for _, wanted in questions)
    print(f"  answered {right['answered']} of {answerable}")
    print(f"  declined {right['declined']} of {len(questions) - answerable}")
    print_table("", {"first word of a typed answer": first_words})


def is_right(asked: Asked, wanted: list[str]) -> bool:
    """Whether a wanted word was said; where nothing answers, whether no source was claimed."""
    if not wanted:
        return not asked.sources
    said = asked.text.lower()
    return any(re.search(rf"(?<!\d){re.escape(word)}(?!\d)", said) for word in wanted)


if __name__ == "__main__":
    main()
