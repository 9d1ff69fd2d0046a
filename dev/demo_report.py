"""What `make demo` says at its end: the mail, and where to look."""

from __future__ import annotations

from pathlib import Path

from dev import installation, mail_sink

REPORT = """
The mail to {to}, {file}:

  Subject: {subject}

{text}

Where to look
  scores of the journey    {AGGREGATOR_URL}/journeys/shop
  incidents                {ALERTS_URL}/incidents
  a survey as customers    {SURVEY_URL}/s/courier-handover-nps
  the HTTP APIs            {SURVEY_URL}/docs  {AGGREGATOR_URL}/docs  {ALERTS_URL}/docs
  mails                    {MAIL_DIR}/new

Pages for people ask for a key: paste this admin key.
  {ADMIN_KEY}

The same by HTTP
  curl -H 'Authorization: Bearer {ADMIN_KEY}' '{AGGREGATOR_URL}/v1/scores?journey=shop&window=7d&by=stage'
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
