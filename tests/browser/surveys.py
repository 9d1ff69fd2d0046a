"""The journey and surveys of the browser tests."""

from __future__ import annotations

from typing import Any

import requests

REASONS = [
    {"key": "late", "label": {"en": "It was late", "de": "Es war zu spät", "ar": "تأخر الطلب"}},
    {"key": "damaged", "label": {"en": "Something was damaged", "de": "Etwas war beschädigt", "ar": "تالف"}},
]
ASK = {"en": "Yes, you may contact me.", "ar": "نعم، يمكنكم التواصل معي."}
JOURNEY: dict[str, Any] = {
    "name": "Shop",
    "owner": "ana",
    "segments": ["region"],
    "stages": [
        {"key": "delivery", "name": "Delivery", "touchpoints": [{"key": "handover", "name": "Hand-over"}]}
    ],
}
QUESTIONS = {
    "nps": {
        "en": "How likely are you to recommend our delivery to a friend?",
        "de": "Wie wahrscheinlich empfehlen Sie unsere Lieferung weiter?",
        "ar": "ما مدى احتمال أن توصي بخدمة التوصيل لدينا؟",
    },
    "csat": {"en": "How satisfied are you with the delivery?", "ar": "ما مدى رضاك عن التوصيل؟"},
    "ces": {"en": "The shop made it easy for me to receive my order.", "ar": "كان استلام طلبي سهلاً."},
}


def configure(url: str, key: str) -> None:
    """PUT the journey `shop` and a live survey for each metric (`nps`, `csat`, `ces`), one that follows up on low
    scores (`caring`), and a paused one."""
    put(url, key, "journeys/shop", JOURNEY)
    for metric in QUESTIONS:
        put(url, key, f"surveys/{metric}", survey(metric))
    put(url, key, "surveys/caring", survey("csat") | {"follow_ups": {"score_at_most": 2, "ask_contact": ASK}})
    put(url, key, "surveys/paused", survey("csat") | {"status": "paused"})


def survey(metric: str) -> dict[str, Any]:
    """A live survey of `metric`, in English, German (nps) and Arabic."""
    return {
        "journey": "shop",
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": metric,
        "audience": "customer",
        "status": "live",
        "question": QUESTIONS[metric],
        "reasons": REASONS if metric == "nps" else [{"key": "late", "label": {"en": "Late", "ar": "تأخر"}}],
        "privacy_url": "https://shop.example/privacy",
    }


def put(url: str, key: str, path: str, document: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    response = requests.put(f"{url}/v1/{path}", json=document, headers=headers, timeout=30)
    assert response.ok, response.text
