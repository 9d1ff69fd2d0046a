"""What a new survey begins with: a good question for each metric in several languages, to be changed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from shared.slugs import slug

Document = dict[str, Any]

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "nl": "Dutch",
    "ar": "Arabic",
    "ja": "Japanese",
}
# The wording of each metric's authors where there is one: NPS as Reichheld asks it, CES as a statement to agree with.
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "nps": {
        "en": "How likely are you to recommend us to a friend or colleague?",
        "de": "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen weiterempfehlen?",
        "fr": "Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue ?",
        "es": "¿Qué probabilidad hay de que nos recomiende a un amigo o colega?",
        "pt": "Qual é a probabilidade de nos recomendar a um amigo ou colega?",
        "nl": "Hoe waarschijnlijk is het dat u ons aanbeveelt aan een vriend of collega?",
        "ar": "ما مدى احتمال أن توصي بنا صديقًا أو زميلًا؟",
        "ja": "私たちを友人や同僚に薦める可能性はどのくらいありますか？",
    },
    "csat": {
        "en": "How satisfied are you with how this went?",
        "de": "Wie zufrieden sind Sie damit, wie das gelaufen ist?",
        "fr": "Dans quelle mesure êtes-vous satisfait de la façon dont cela s’est passé ?",
        "es": "¿Cuál es su grado de satisfacción con cómo ha ido?",
        "pt": "Qual é o seu grau de satisfação com a forma como correu?",
        "nl": "Hoe tevreden bent u over hoe dit is gegaan?",
        "ar": "ما مدى رضاك عن هذه التجربة؟",
        "ja": "今回の体験にどのくらい満足していますか？",
    },
    "ces": {
        "en": "It was easy to do what I wanted to do.",
        "de": "Es war einfach, mein Anliegen zu erledigen.",
        "fr": "Il m’a été facile de faire ce que je voulais.",
        "es": "Me resultó fácil hacer lo que quería.",
        "pt": "Foi fácil fazer o que eu queria.",
        "nl": "Het was makkelijk om te doen wat ik wilde.",
        "ar": "كان من السهل أن أنجز ما أردت.",
        "ja": "やりたいことを簡単に行うことができました。",
    },
}
FOLLOW_UP = {
    "en": "What is the main reason for your answer?",
    "de": "Was ist der Hauptgrund für Ihre Antwort?",
    "fr": "Quelle est la raison principale de votre réponse ?",
    "es": "¿Cuál es el motivo principal de su respuesta?",
    "pt": "Qual é o principal motivo da sua resposta?",
    "nl": "Wat is de belangrijkste reden voor uw antwoord?",
    "ar": "ما السبب الرئيسي لإجابتك؟",
    "ja": "その回答の主な理由は何ですか？",
}
# The words under which a customer agrees to be contacted.
ASK_CONTACT = {
    "en": "Yes, you may contact me about my answer.",
    "de": "Ja, Sie dürfen sich wegen meiner Antwort bei mir melden.",
    "fr": "Oui, vous pouvez me contacter au sujet de ma réponse.",
    "es": "Sí, pueden ponerse en contacto conmigo por mi respuesta.",
    "pt": "Sim, podem contactar-me acerca da minha resposta.",
    "nl": "Ja, u mag contact met mij opnemen over mijn antwoord.",
    "ar": "نعم، يمكنكم التواصل معي بشأن إجابتي.",
    "ja": "はい、私の回答について連絡しても構いません。",
}
COOLDOWN_DAYS = {"nps": 90, "csat": 30, "ces": 30}
_LONGEST = 63
_MOST_REASONS = 8


def document(
    place: Mapping[str, str], metric: str, audience: str, languages: Iterable[str], pain_points: Sequence[str]
) -> Document:
    """A draft at `place` {journey, stage, touchpoint}: question, follow-up, and the pain points there as reasons."""
    chosen = [lang for lang in LANGUAGES if lang in set(languages)] or ["en"]
    found = {
        **{name: place[name] for name in ("journey", "stage", "touchpoint")},
        "metric": metric,
        "audience": audience,
        "status": "draft",
        "question": {lang: QUESTIONS[metric][lang] for lang in chosen},
        "follow_up": {lang: FOLLOW_UP[lang] for lang in chosen},
        "fatigue": {"cooldown_days": COOLDOWN_DAYS[metric]},
    }
    reasons = _reasons(pain_points, chosen[0])
    return found | ({"reasons": reasons} if reasons else {})


def key(touchpoint: str, metric: str, taken: Collection[str]) -> str:
    """A key nobody uses yet: handover-nps, else handover-nps-2."""
    first = f"{touchpoint[: _LONGEST - len(metric) - 4]}-{metric}"
    number = 2
    found = first
    while found in taken:
        found = f"{first}-{number}"
        number += 1
    return found


def _reasons(pain_points: Sequence[str], lang: str) -> list[Document]:
    found = {slug(text): text for text in pain_points if slug(text)}
    return [{"key": key, "label": {lang: text[:200]}} for key, text in list(found.items())[:_MOST_REASONS]]
