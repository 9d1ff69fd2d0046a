"""Files as they really come: encodings, line ends, and what isn't a CSV file at all."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from services.survey.imports import text
from services.survey.imports.problems import FileProblem

ROWS = "rating,note\n7,naïve\n9,“so”\n"


def read(data: bytes, encoding: str | None = None) -> str:
    return "".join(text.blocks(io.BytesIO(data), encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert read(ROWS.encode(encoding), encoding) == ROWS


def test_byte_order_marks_speak_for_themselves() -> None:
    assert read(ROWS.encode("utf-8-sig")) == read(ROWS.encode("utf-16")) == ROWS


def test_another_encoding_is_named_with_its_line() -> None:
    with pytest.raises(FileProblem, match=r"line 2 is not utf-8 \(byte 0xEF\).*windows-1252"):
        read("rating,note\n7,naïve\n".encode("latin-1"))


@pytest.mark.parametrize("block", [7, 64])
def test_a_bad_byte_far_down_is_found(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK_BYTES", block)
    with pytest.raises(FileProblem, match="line 101 is not utf-8"):
        read(b"a,b\n" * 100 + b"\xe9,b\n" + b"a,b\n" * 100)


def test_blocks_end_with_lines_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK_BYTES", 5)
    found = list(text.blocks(io.BytesIO(ROWS.encode()), None))
    assert "".join(found) == ROWS
    assert all(block.endswith("\n") for block in found)


def test_old_line_ends() -> None:
    assert read(b"rating\r7\r9") == "rating\n7\n9"
    assert read(b"rating\r\n7\r\n") == "rating\r\n7\r\n"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file(data: bytes) -> None:
    with pytest.raises(FileProblem, match="the file is empty"):
        read(data)


def test_a_workbook_is_no_csv() -> None:
    with pytest.raises(FileProblem, match="workbook"):
        read(b"PK\x03\x04 and so on")


def test_one_endless_line_is_no_csv() -> None:
    with pytest.raises(FileProblem, match="line 1 is longer than a megabyte"):
        read(b"x" * (5 << 20))


@pytest.mark.parametrize(
    "encoding", ["klingon", "base64", "rot13", "zip", "bz2", "utf-7", "unicode_escape", "idna", "\0"]
)
def test_no_file_is_written_in_it(encoding: str) -> None:
    with pytest.raises(ValueError, match="is not an encoding"):
        text.check_encoding(encoding)


def test_only_a_block_is_in_memory() -> None:
    class Endless(io.RawIOBase):
        left = 30 << 20

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return (b"7,a comment of some length\n" * (size // 27 + 1))[:size]

    def count(blocks: Iterator[str]) -> int:
        return sum(len(block) for block in blocks)

    tracemalloc.start()
    try:
        assert count(text.blocks(Endless(), None)) == 30 << 20  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 << 20
