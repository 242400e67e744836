"""The process that opens a stranger's PDF: run as a script, it reads one file and writes JSON lines
to its standard output.

It imports nothing of the platform, gives itself hard limits before it looks at the file, and is
expected to die now and then. Each page is a line, so that what was read before a death is not lost.
The last line says how it ended.
"""

import contextlib
import json
import sys
from typing import Any

MAX_SPANS_PER_PAGE = 20_000
MAX_CHARACTERS = 5_000_000


def limit_process(memory_bytes: int, cpu_seconds: int) -> None:
    """Let the kernel refuse more memory and end the process after its time."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; there the parent's clock must do.
        return
    # macOS refuses RLIMIT_AS.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def read_page(page: Any) -> dict[str, Any]:
    """Return the page's plain text and its spans `[x, y, size, is_bold, text]` in the order of the
    file.
    """
    spans: list[list[Any]] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if not text.strip() or len(spans) >= MAX_SPANS_PER_PAGE:
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * (tm[3] or tm[1] or 1) * (cm[3] or cm[1] or 1))
        name = str((font or {}).get("/BaseFont", "")).lower()
        is_bold = any(word in name for word in ("bold", "black", "heavy"))
        spans.append([round(x, 1), round(y, 1), round(height, 1), is_bold, text.strip("\n")])

    text = page.extract_text(visitor_text=visit)
    return {"text": text, "spans": spans, "has_image": has_image(page)}


def has_image(page: Any) -> bool:
    try:
        objects = page["/Resources"]["/XObject"].get_object()
        return any(item.get_object().get("/Subtype") == "/Image" for item in objects.values())
    except (KeyError, AttributeError, TypeError):
        return False


def read(path: str, max_pages: int) -> None:
    """Write all pages.

    `end` is one of `done`, `encrypted`, `damaged`, `empty`, `too_many_pages`; `memory` where the
    limit was met.
    """
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return write({"end": "encrypted"})
        count = len(reader.pages)
        write({"pages": count, "title": title_of(reader)})
        if count == 0:
            return write({"end": "empty"})
        characters = 0
        for number in range(min(count, max_pages)):
            line = read_page_or_note(reader, number)
            characters += len(line.get("text", ""))
            write(line)
            if characters > MAX_CHARACTERS:
                return write({"end": "too_many_pages"})
        return write({"end": "too_many_pages" if count > max_pages else "done"})
    except MemoryError:
        return write({"end": "memory"})
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        RecursionError,
    ):
        # pypdf meets broken files with whatever its internals raise; all of it means the same to
        # the owner.
        return write({"end": "damaged"})


def read_page_or_note(reader: Any, number: int) -> dict[str, Any]:
    """Read one page; a broken one is noted and doesn't spoil the rest."""
    try:
        return {"page": number + 1} | read_page(reader.pages[number])
    except MemoryError:
        raise
    except Exception:  # the edge of this process, see `read`
        return {"page": number + 1, "is_damaged": True}


def title_of(reader: Any) -> str:
    try:
        return str((reader.metadata or {}).get("/Title") or "")[:500]
    except Exception:  # metadata is decoration
        return ""


if __name__ == "__main__":
    limit_process(int(sys.argv[2]), int(sys.argv[3]))
    read(sys.argv[1], int(sys.argv[4]))
