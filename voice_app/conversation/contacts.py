"""Finding a phone number or an address in what somebody said.

Speech recognition writes digits as words or figures and addresses as "ann at example dot com"; both
are put back here. Only the shape is checked: whether the number exists is for the person who calls
it.
"""

import re

_DIGITS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        "0123456789",
        strict=True,
    )
) | {"oh": "0", "o": "0"}
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d(?:[\d\s().,/-]*\d){4,}")
_REPEATED = re.compile(r"\b(double|triple) (\w+)\b")
# Fewer are a part of a number whose rest is still to come.
MIN_PHONE_DIGITS = 7
MAX_PHONE_DIGITS = 15


def find_contact(said: str) -> str:
    """Return a mail address or phone number in writing, or ""."""
    return _find_mail(said) or _find_phone(said)


def _find_mail(said: str) -> str:
    written = re.sub(r"\s+at\s+", "@", said, count=1, flags=re.IGNORECASE)
    written = re.sub(r"\s+dot\s+", ".", written, flags=re.IGNORECASE)
    for text in (said, written):
        if match := _MAIL.search(text):
            return match.group().rstrip(".").lower()
    return ""


def _find_phone(said: str) -> str:
    match = _PHONE.search(_with_digits(said))
    if not match:
        return ""
    number = re.sub(r"[^\d+]", "", match.group())
    is_plausible = MIN_PHONE_DIGITS <= len(number.lstrip("+")) <= MAX_PHONE_DIGITS
    return number if is_plausible else ""


def has_digits(said: str) -> bool:
    """Whether a figure was said, as part of a number that may go on."""
    return bool(re.search(r"\d", _with_digits(said)))


def _with_digits(said: str) -> str:
    """Write spoken digits as figures: "double five, oh one" becomes "5 5, 0 1"."""
    times = {"double": 2, "triple": 3}
    said = _REPEATED.sub(lambda m: " ".join([m[2]] * times[m[1]]), said.lower())
    return re.sub(r"[a-z]+", lambda m: _DIGITS.get(m.group(), m.group()), said).replace(
        "plus ", "+"
    )


def spell_contact(contact: str) -> str:
    """Return the contact as it is read back: digits one by one, an address as it is."""
    return contact if "@" in contact else " ".join(contact).replace("+", "plus")
