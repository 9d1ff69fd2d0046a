"""What `make demo` says at its end: the mail, and where to look."""

from __future__ import annotations

from pathlib import Path

from dev import installation, mail_sink

REPORT = """
The mail to {to}, {file}:

  Subject: {subject}

{text}

Where to look
  today's incident         the link in the mail; log what you do about it there
  the story before it      {ALERTS_URL}/reviews/shop  (last week: what changed, what worked, a win, what is open)
    the drop before        {ALERTS_URL}/incidents?state=resolved  (its action and effect are on its page)
    the win                {ALERTS_URL}/wins  and its mail: {win}
    customers' cases       {SURVEY_URL}/follow-ups  and one of them along the journey: {SURVEY_URL}/people  (c-1042)
  the pages                {AGGREGATOR_URL}/  (sign in with the admin key {ADMIN_KEY},
                           or as ana@example.com: the link comes to the mails)
  a survey as customers    {SHOP_URL}  (in a shop's page)  {SURVEY_URL}/s/courier-handover-nps  (behind a link)
  mails                    {MAIL_DIR}/new
  the HTTP APIs            {SURVEY_URL}/docs  {AGGREGATOR_URL}/docs  {ALERTS_URL}/docs

By HTTP, with the admin key
  curl -H 'Authorization: Bearer {ADMIN_KEY}' '{AGGREGATOR_URL}/v1/scores?journey=shop&window=90d&by=stage'
  curl -H 'Authorization: Bearer {ADMIN_KEY}' '{AGGREGATOR_URL}/v1/scorecards/shop?window=28d'
  curl -H 'Authorization: Bearer {ADMIN_KEY}' '{ALERTS_URL}/v1/incidents?state=open'

make down stops it, make status shows it, make clean removes it.
"""


def report(environment: installation.Environment, file: Path, win: Path) -> str:
    """The closing words, with the text part of the mail about the fall."""
    mail = mail_sink.parse(file)
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    indented = "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())
    told = {"file": file, "to": mail["To"], "subject": mail["Subject"], "win": win}
    return REPORT.format(text=indented, **told, **environment)
