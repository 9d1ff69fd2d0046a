"""Bytes of a CSV file in any encoding, as blocks of whole lines of text; only one block is held in memory."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from typing import IO

from services.survey.imports.problems import FileProblem

BLOCK_BYTES = 1 << 20
LONGEST_LINE = 1 << 20
# Text encodings in Python's eyes, but none that a file is written in; some can smuggle in lone surrogates.
NOT_FOR_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}
WORKBOOK = b"PK\x03\x04"


def check_encoding(encoding: str) -> None:
    """Raises ValueError where `encoding` is unknown or no file is written in it."""
    _codec_name(encoding)


def blocks(stream: IO[bytes], encoding: str | None) -> Iterator[str]:
    """The text of `stream` in blocks of about a megabyte, each cut after a line's end.

    Without an encoding it is UTF-8, or UTF-16 where the file starts with its byte order mark.
    Raises FileProblem: empty, a workbook, bytes that are no text in that encoding, a line without an end.
    """
    data = stream.read(BLOCK_BYTES)
    _check_start(data)
    name = _codec_of(data, encoding)
    decoder = codecs.getincrementaldecoder(name)()
    lines, rest, old_mac = 0, "", False
    while True:
        text = _decode(decoder, data, name, lines + 1)
        old_mac = old_mac or (lines == 0 and "\n" not in text and "\r" in text)
        text = rest + (text.replace("\r", "\n") if old_mac else text)
        if not data:
            break
        cut = text.rfind("\n") + 1
        lines += text.count("\n")
        block, rest = text[:cut], text[cut:]
        if len(rest) > LONGEST_LINE:
            raise FileProblem(f"line {lines + 1} is longer than a megabyte: is this a CSV file?")
        if block:
            yield block
        data = stream.read(BLOCK_BYTES)
    if text:
        yield text


def _check_start(data: bytes) -> None:
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise FileProblem("the file is empty")
    if data.startswith(WORKBOOK):
        raise FileProblem("this is a workbook or an archive, not a CSV file: save it as CSV first")


def _codec_of(start: bytes, encoding: str | None) -> str:
    if encoding is None and start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    name = _codec_name(encoding or "utf-8")
    return "utf-8-sig" if name == "utf-8" else name


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, name: str, line: int) -> str:
    try:
        return decoder.decode(data, final=not data)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise FileProblem(
            f"line {line} is not {name.removesuffix('-sig')} (byte 0x{error.object[error.start]:02X}): "
            "name the file's encoding in the mapping, for example windows-1252"
        ) from error
    except UnicodeError as error:
        raise FileProblem(f"line {line} is not {name}: {error}") from error


def _codec_name(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
        is_text = found.name.replace("_", "-") not in NOT_FOR_FILES and isinstance(
            codecs.decode(b"", found.name), str
        )
    except (LookupError, ValueError, TypeError, zlib.error):
        is_text = False
    if not is_text:
        raise ValueError(f"‘{encoding}’ is not an encoding such as utf-8, utf-16 or windows-1252")
    return found.name
