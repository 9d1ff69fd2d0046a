"""Getting a survey to people without a page: its link, signed links, the e-mail that asks, the QR code."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.survey import links
from services.survey.admin import survey_fields, survey_page, survey_starter
from services.survey.admin.pages import blueprint
from services.survey.emails import email
from services.survey.forms import form
from services.survey.routes.secret import read_secret, renew_secret
from services.survey.submission import current
from shared.web.app import database, settings
from shared.web.auth import page
from shared.web.forms import Form
from shared.web.problems import invalid

MERGE = "{{ token }}"
_LONGEST_MERGE = 100
# The mail's own styles are attributes, as mail programs want them; nothing runs and nothing loads.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)


@blueprint.get("/admin/surveys/<survey>/link")
@page("viewer")
def survey_link(survey: str) -> Response:
    """The hosted page's address in each language, and how links are signed."""
    return _link(survey, None)


@blueprint.post("/admin/surveys/<survey>/link")
@page("admin")
def survey_secret(survey: str) -> Response:
    """Show the secret that signs respondents, or make a new one; it stands in no address and in no history."""
    act = Form.sent().value("act")
    if act not in ("reveal", "rotate"):
        raise invalid({"act": ["reveal or rotate."]})
    return _link(survey, renew_secret(survey) if act == "rotate" else read_secret(survey))


@blueprint.get("/admin/surveys/<survey>/email")
@page("viewer")
def survey_email(survey: str) -> Response:
    """The mail to paste, with the merge field of `?merge=` for each person's token, in `?lang=`."""
    shown = survey_page.load(survey)
    langs = survey_fields.languages(shown.document)
    lang = request.args.get("lang") if request.args.get("lang") in langs else langs[0]
    merge = request.args.get("merge", MERGE).strip()[:_LONGEST_MERGE]
    return survey_page.render_tab(
        shown,
        "email",
        mail=_mail(survey, str(lang), merge or None),
        languages=_named(langs),
        chosen={"lang": lang, "merge": merge},
        frame=f"/admin/surveys/{survey}/email/frame?lang={lang}",
    )


@blueprint.get("/admin/surveys/<survey>/email/frame")
@page("viewer")
def email_frame(survey: str) -> Response:
    """The mail as a mail program shows it; its links lead nowhere from there."""
    html = _mail(survey, request.args.get("lang", ""), MERGE)["html"]
    headers = {"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(f"<!doctype html><meta charset=utf-8><title>E-mail</title>{html}", headers=headers)


@blueprint.get("/admin/surveys/<survey>/qr")
@page("viewer")
def survey_qr(survey: str) -> Response:
    """The code for paper, to look at and to keep as SVG or PNG."""
    shown = survey_page.load(survey)
    langs = survey_fields.languages(shown.document)
    lang = request.args.get("lang") if request.args.get("lang") in langs else ""
    query = f"?lang={lang}" if lang else ""
    return survey_page.render_tab(
        shown,
        "qr",
        languages=[("", "As the phone is set"), *_named(langs)],
        chosen={"lang": lang},
        image=f"/s/{survey}/qr.svg{query}",
        svg=f"/s/{survey}/qr.svg{query}",
        png=f"/s/{survey}/qr.png?scale=16" + (f"&lang={lang}" if lang else ""),
        address=links.page_url(settings().survey_url, survey, **({"lang": lang} if lang else {})),
    )


def _link(survey: str, secret: dict[str, Any] | None) -> Response:
    shown = survey_page.load(survey)
    base = settings().survey_url
    langs = survey_fields.languages(shown.document)
    return survey_page.render_tab(
        shown,
        "link",
        address=links.page_url(base, survey),
        by_language=[(name, links.page_url(base, survey, lang=lang)) for lang, name in _named(langs)],
        example=_example(base, survey),
        secret=secret,
    )


def _example(base: str, survey: str) -> str:
    return (
        f'curl -X POST {base}/v1/surveys/{survey}/links \\\n  -H "Authorization: Bearer $COLLECTOR_KEY" '
        "-H 'Content-Type: application/json' \\\n"
        '  -d \'{"links": [{"respondent": "c-123", "attributes": {"plan": "pro"}}], "expires_in_days": 30}\''
    )


def _mail(survey: str, lang: str, merge: str | None) -> dict[str, Any]:
    with database() as conn:
        shown = form(current(conn, survey), [lang])
    return email(shown, merge)


def _named(langs: list[str]) -> list[tuple[str, str]]:
    return [(lang, survey_starter.LANGUAGES.get(lang, lang)) for lang in langs]
