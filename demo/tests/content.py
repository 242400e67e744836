"""Reads the demo's pages and PDFs the way its tests need them: as plain text, and as links."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pypdf import PdfReader

DEMO = Path(__file__).resolve().parent.parent
SITE = DEMO / "site"
DOCUMENTS = DEMO / "documents"
NOT_FOUND, DISALLOWED = "/404.html", "/staff-only.html"


@dataclass
class Page(HTMLParser):
    """One HTML file: the words inside <main>, and every address it names."""

    html: str
    links: list[str] = field(default_factory=list)
    canonical: str = ""
    json_ld: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self._is_in_main = self._is_in_json_ld = False
        self.feed(self.html)

    @property
    def text(self) -> str:
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.links += [values[name] or "" for name in ("href", "src") if name in values]
        self._is_in_main = self._is_in_main or tag == "main"
        self._is_in_json_ld = values.get("type") == "application/ld+json"
        if values.get("rel") == "canonical":
            self.canonical = values["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._is_in_main = self._is_in_main and tag != "main"
        self._is_in_json_ld = False

    def handle_data(self, data: str) -> None:
        if self._is_in_main:
            self._words.append(data)
        if self._is_in_json_ld:
            self.json_ld += data


@cache
def all_pages() -> dict[str, Page]:
    """Return every HTML file by its address on the site."""
    files = sorted(SITE.rglob("*.html"))
    return {f"/{file.relative_to(SITE)}": Page(file.read_text("utf-8")) for file in files}


def public_pages() -> dict[str, Page]:
    return {name: page for name, page in all_pages().items() if name not in (NOT_FOUND, DISALLOWED)}


@cache
def public_texts() -> dict[str, str]:
    """Return what can be learnt, by the name that `questions.json` uses for the place."""
    texts = {f"site:{name}": page.text for name, page in public_pages().items()}
    for file in sorted(DOCUMENTS.glob("*.pdf")):
        for number, page in enumerate(PdfReader(file).pages, start=1):
            texts[f"pdf:{file.name}#{number}"] = " ".join(page.extract_text().split())
    return texts


def questions() -> list[dict[str, Any]]:
    return json.loads((DEMO / "questions.json").read_text("utf-8"))["questions"]


def questions_about(kind: str) -> list[dict[str, Any]]:
    return [question for question in questions() if question["where"].startswith(kind)]
