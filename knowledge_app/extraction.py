"""Turns a web page into headed sections, without its menus and footers.

Where the author has said what the content is (one <main> or <article>), that is walked plainly:
trafilatura, made for news, loses headings, cards with a price and definition lists there (it kept
1,225 of 1,623 characters of the demo's rental prices). Elsewhere trafilatura finds the text, unless
it keeps so little of <body> that it must have missed it.
"""

import codecs
import re

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from knowledge_app.page_walk import walk
from knowledge_app.sections import ReadDocument, Section, clean

MAX_TREE_ELEMENTS = 100_000
# By how much trafilatura must find more for a <main> not to be the content, whatever it is called.
_MISSED_SHARE, _MISSED_CHARACTERS = 2, 500
# What trafilatura must keep of <body>; the rest of a normal page is menus, at most.
_BODY_SHARE = 0.4
_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", re.IGNORECASE)

# Python's own, which no browser knows: they read backslashes as code, or take quadratic time.
_NO_PAGE_ENCODINGS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}


def extract_page(body: bytes, *, charset: str = "", keep_footer: bool = False) -> ReadDocument:
    """Read an HTML page. `keep_footer` adds the footer, where address and hours often stand, as a
    last section.
    """
    root = _parse(decode_html(body, charset))
    if root is None:
        return ReadDocument("", "", ())
    title, language = _title(root), _language(root)
    footer = _read_footer(root) if keep_footer else ()
    return ReadDocument(title, language, _content(root) + footer)


def decode_html(body: bytes, charset: str) -> str:
    """Decode a page by its header, its <meta>, or as UTF-8, else as Windows-1252, which every byte
    fits.
    """
    declared = _META_CHARSET.search(body[:4096])
    candidates = [charset, declared.group(1).decode() if declared else "", "utf-8"]
    if body.startswith(b"\xef\xbb\xbf"):
        candidates.insert(0, "utf-8-sig")
    for name in filter(None, candidates):
        try:
            if codecs.lookup(name).name not in _NO_PAGE_ENCODINGS:
                return body.decode(name)
        # An unknown name is a LookupError, one with a NUL and most bad bytes are a ValueError.
        except (ValueError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _parse(text: str) -> etree._Element | None:
    # An XML declaration in a str is refused by lxml.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    try:
        root = lxml_html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None
    return root if sum(1 for _ in root.iter()) <= MAX_TREE_ELEMENTS else None


def _title(root: etree._Element) -> str:
    named = root.findtext(".//title") or ""
    heading = next(iter(root.xpath("//h1")), None)
    return clean(named) or (clean("".join(heading.itertext())) if heading is not None else "")


def _language(root: etree._Element) -> str:
    return (root.get("lang") or "").lower().partition("-")[0][:8]


def _content(root: etree._Element) -> tuple[Section, ...]:
    found = _by_trafilatura(root)
    main = _main(root)
    if main is not None:
        plain = walk([main])
        size = _characters(plain)
        missed = max(_MISSED_SHARE * size, size + _MISSED_CHARACTERS)
        return found if _characters(found) > missed else plain
    plain = walk(root.xpath("//body"))
    is_enough = _characters(found) > _BODY_SHARE * _characters(plain)
    return found if is_enough and not _is_lump(found) else plain


def _main(root: etree._Element) -> etree._Element | None:
    mains = root.xpath("//main | //*[@role='main']")
    mains = mains or root.xpath("//article[not(ancestor::article)]")
    return mains[0] if len(mains) == 1 else None


def _is_lump(sections: tuple[Section, ...]) -> bool:
    """Whether trafilatura gave up and returned all words of the page in one piece."""
    return len(sections) == 1 and not sections[0].headings and len(sections[0].blocks) == 1


def _by_trafilatura(root: etree._Element) -> tuple[Section, ...]:
    document = trafilatura.bare_extraction(
        etree.tostring(root, encoding="unicode", method="html"),
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        favor_recall=True,
    )
    body = getattr(document, "body", None)
    return walk([body]) if body is not None else ()


def _read_footer(root: etree._Element) -> tuple[Section, ...]:
    footers = root.xpath("//body//footer[not(ancestor::article) and not(ancestor::main)]")
    return walk(footers[-1:])


def _characters(sections: tuple[Section, ...]) -> int:
    headings = sum(len(section.headings[-1]) for section in sections if section.headings)
    return headings + sum(len(block.text) for section in sections for block in section.blocks)
