"""The hosted page's own words, in the languages we have them in; the survey's words are its own. Pure."""

from __future__ import annotations

WORDS = {
    "en": {
        "send": "Send",
        "reasons": "What was it about? (optional)",
        "comment": "Would you like to say more? (optional)",
        "privacy": "Privacy",
        "problem": "Your answer has not been sent yet.",
        "choose": "Please choose a number.",
        "too_long": "Your comment is too long: at most 5,000 characters.",
        "again": "Please check your answer and send it again.",
        "thanks": "Thank you!",
        "thanks_text": "Your answer has been recorded.",
        "closed": "This survey is closed",
        "closed_text": "It takes no answers at the moment. Thank you for wanting to tell us.",
        "unknown": "There is no such survey",
        "unknown_text": "The link may be incomplete or old.",
        "answered": "You have answered already",
        "answered_text": "Your first answer has been kept. To give another one, open the survey's link again.",
    },
    "de": {
        "send": "Senden",
        "reasons": "Worum ging es? (freiwillig)",
        "comment": "Möchten Sie mehr dazu sagen? (freiwillig)",
        "privacy": "Datenschutz",
        "problem": "Ihre Antwort ist noch nicht abgeschickt.",
        "choose": "Bitte wählen Sie eine Zahl.",
        "too_long": "Ihr Kommentar ist zu lang: höchstens 5.000 Zeichen.",
        "again": "Bitte prüfen Sie Ihre Antwort und senden Sie sie noch einmal.",
        "thanks": "Vielen Dank!",
        "thanks_text": "Ihre Antwort ist gespeichert.",
        "closed": "Diese Umfrage ist geschlossen",
        "closed_text": "Sie nimmt zurzeit keine Antworten an. Danke, dass Sie uns etwas sagen wollten.",
        "unknown": "Diese Umfrage gibt es nicht",
        "unknown_text": "Vielleicht ist der Link unvollständig oder alt.",
        "answered": "Sie haben schon geantwortet",
        "answered_text": "Ihre erste Antwort bleibt. Für eine weitere öffnen Sie den Link der Umfrage noch einmal.",
    },
}


def words(lang: str) -> dict[str, str]:
    """The page's words in `lang`, else in English."""
    return WORDS.get(lang.split("-")[0].lower(), WORDS["en"])
