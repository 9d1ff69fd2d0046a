"""Brings the catalogues of services/survey/locale in line with the phrases, and compiles them: `make languages`.

A new phrase comes in untranslated, one that is gone goes. Exits with 1 where translations are missing.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from services.survey.catalogues import DOMAIN, FOLDER, LANGUAGES
from services.survey.phrases import every_phrase

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
TRANSLATED = [lang for lang in LANGUAGES if lang != "en"]


def po(lang: str) -> Path:
    """The catalogue people edit."""
    return FOLDER / lang / "LC_MESSAGES" / f"{DOMAIN}.po"


def load(lang: str) -> Catalog:
    """The catalogue of `lang` as it is in its file, empty where there is none."""
    if not po(lang).exists():
        return Catalog(lang, DOMAIN)
    with po(lang).open("rb") as file:
        found = read_po(file, lang, DOMAIN)
    found.creation_date = found.revision_date = EPOCH  # so that the same words compile to the same file
    return found


def renewed(lang: str) -> Catalog:
    """The catalogue of `lang` with exactly today's phrases, in their order."""
    old, new = load(lang), Catalog(lang, DOMAIN, header_comment=f"# Journeyloop: our phrases, {lang}.")
    for phrase in every_phrase():
        known = old.get(phrase)
        new.add(phrase, known.string if known else "")
    return new


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    """Renew and compile every catalogue."""
    missing = 0
    for lang in TRANSLATED:
        catalogue = renewed(lang)
        missing += sum(not message.string for message in catalogue if message.id)
        po(lang).parent.mkdir(parents=True, exist_ok=True)
        with po(lang).open("wb") as file:
            write_po(file, catalogue, width=0, omit_header=True)
        # Read again, so that the compiled file says what the file people edit says.
        po(lang).with_suffix(".mo").write_bytes(compiled(load(lang)))
    if missing:
        sys.exit(f"{missing} translations are missing in {FOLDER}")


if __name__ == "__main__":
    main()
