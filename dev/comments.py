"""What the demo's customers write: a text in the mood of the score, and about the reason that was ticked."""

from __future__ import annotations

from random import Random

SHARE = 0.12  # of all answers; people who are unhappy write three times as often
UNHAPPY_WRITE = 3

ABOUT = {
    "late": [
        "Two hours late, and nobody called.",
        "I took the afternoon off for the slot and the courier came in the evening.",
        "Third delivery in a row that came late.",
        "The app said 5 stops away for over an hour.",
        "Came late, and the frozen things had thawed.",
    ],
    "damaged": [
        "The box was open and one bottle was broken.",
        "Left in the rain, everything wet.",
        "Dented corner, but the lamp inside survived.",
    ],
    "hard-to-find": ["I searched for “rain jacket” and got umbrellas.", "The filters forget what I chose."],
    "too-expensive": ["The same thing costs less elsewhere, with postage.", "Delivery should be included."],
    "too-many-steps": ["Why do I need an account to pay?", "Typed my address three times."],
    "error": ["My card was refused, no reason given.", "The voucher did not work and the page went blank."],
    "complicated": ["I had to print a label. Who has a printer?", "Could not find where to start a return."],
    "slow": ["Three weeks for the refund.", "The money came back after I wrote four times."],
    "long-wait": ["40 minutes in the queue, then it hung up.", "The chat said 2 minutes, it was 25."],
    "not-solved": ["Very friendly, but my order is still missing.", "Was told to write to another address."],
}
UNHAPPY = ["Not what I hoped for.", "I will think twice next time.", "It used to be better."]
SO_SO = ["Fine, but the app is slow.", "OK overall.", "Would like to choose the hour, not the half day."]
HAPPY = {
    "discovery": ["Found it in a minute.", "Good photos, I knew what I would get."],
    "checkout": ["Paid in two clicks.", "Love that my card is remembered."],
    "delivery": [
        "The courier wrote ten minutes ahead. Perfect!",
        "On time and well packed.",
        "So friendly at the door.",
    ],
    "returns": ["Money was back in two days.", "The easiest return I have ever made."],
    "support": ["Solved on the phone in five minutes, thank you!", "A real person who listened."],
}


def comment(random: Random, stage: str, score: int, reasons: tuple[str, ...]) -> str:
    """What somebody with this score writes; "" for the many who write nothing."""
    if random.random() > SHARE * (UNHAPPY_WRITE if score <= 6 else 1):
        return ""
    if score <= 6:
        return random.choice(ABOUT.get(reasons[0], UNHAPPY) if reasons else UNHAPPY)
    return random.choice(HAPPY[stage] if score >= 9 else SO_SO)
