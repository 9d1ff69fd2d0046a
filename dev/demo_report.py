"""What `make demo` says at its end: the mail, and where to look."""

from __future__ import annotations

from pathlib import Path

from dev import installation, mail_sink

REPORT = """
The mail to {to}, {file}:

  Subject: {subject}

{text}

Where to look
  the incident             the link in the mail
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


def report(environment: installation.Environment, file: Path) -> str:
    """The closing words, with the mail's text part."""
    mail = mail_sink.parse(file)
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    indented = "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())
    return REPORT.format(file=file, to=mail["To"], subject=mail["Subject"], text=indented, **environment)
