"""The refused rows as a CSV file: the same columns, and why, to mend in a spreadsheet and import again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

REASON = "reason"
ROWS_A_BLOCK = 500
# A spreadsheet takes a cell that begins so for a formula and runs it (OWASP, CSV injection).
# The wide forms of East Asian keyboards count as well.
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


def harmless(cell: str) -> str:
    """`cell` with an apostrophe in front where a spreadsheet would run it; numbers are left as they are."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def reason(errors: dict[str, str]) -> str:
    """All that is wrong with a row in one cell: "rating: 11 is outside 0-10; when: ‘soon’ is not a time"."""
    return "; ".join(f"{name}: {text}" if name else text for name, text in errors.items())


def rejects_csv(
    header: Sequence[str], rejects: Iterable[tuple[Sequence[str], dict[str, str]]]
) -> Iterator[str]:
    """The file in blocks of text: the header with one column more, then (cells, errors) row by row.

    The reason comes first, so that a row with too many or too few cells still lines up with the rest.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([f"journeyloop_{REASON}" if REASON in header else REASON, *map(harmless, header)])
    for number, (cells, errors) in enumerate(rejects, 1):
        writer.writerow([harmless(reason(errors)), *map(harmless, cells)])
        if number % ROWS_A_BLOCK == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
