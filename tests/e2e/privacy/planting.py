"""Puts a customer's mark wherever a customer, a site, a colleague or a program can put something."""

from __future__ import annotations

import re
import secrets
import socket
from urllib.parse import urlsplit

import orjson
import requests

from dev.temporary_stack import Stack
from tests.e2e.collector import Api, Item
from tests.e2e.privacy.marks import Mark

SECONDS = 20


class Planter:
    """`mark` is one customer's, whom the shop calls `self.name`; `api` is the admin, `browser` the customer."""

    def __init__(self, stack: Stack, mark: Mark) -> None:
        self.stack, self.mark, self.api = stack, mark, Api(stack)
        self.journey = f"planted-{secrets.token_hex(3)}"
        self.survey, self.after = f"{self.journey}-call", f"{self.journey}-after"
        self.name, self.email = mark.text("respondent"), mark.email("contact")
        self.browser = requests.Session()
        for session in (self.browser, self.api.session):
            session.headers.update(
                {
                    "User-Agent": mark.text("agent"),
                    "Referer": f"https://shop.example/account?mail={mark.email('referer')}",
                    "X-Forwarded-For": mark.address(),
                    "X-Request-Id": mark.text("request"),
                    "Accept-Language": "en",
                    "Traceparent": mark.text("trace"),
                }
            )

    def open(self) -> None:
        points = [{"key": key, "name": key.capitalize()} for key in ("call", "after")]
        stages = [{"key": "care", "name": "Care", "touchpoints": points}]
        self.api.put(
            "survey",
            f"/v1/journeys/{self.journey}",
            {"name": "Planted", "stages": stages, "segments": ["plan"]},
        )
        asking = {"ask_contact": {"en": "Yes, call me."}, "score_at_most": 2, "recovery_survey": self.after}
        self._survey(self.after, "after")
        self._survey(self.survey, "call", follow_ups=asking)

    def answer(self, **other: object) -> Item:
        """One answer with everything a client may send."""
        return {
            "id": self.mark.uuid(),
            "score": 1,
            "comment": self.mark.text("comment"),
            "respondent": self.name,
            "attributes": {
                "plan": "pro",
                "phone": self.mark.text("+49"),
                "mail": self.mark.email("attribute"),
                self.mark.text("key"): True,
            },
            "contact": {"email": self.email, "name": self.mark.text("name"), "consent": True},
        } | other

    def post(self, body: object, path: str = "", **headers: str) -> requests.Response:
        """POST as a client does, to the survey's answers unless `path` says where; headers with _ for -."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        address = self._at("survey") + (path or f"/v1/surveys/{self.survey}/responses")
        return self.browser.post(address, raw, headers=sent, timeout=SECONDS)

    def answer_well_and_badly(self) -> set[int]:
        """Taken, sent again, changed, and refused in every way there is; the status codes."""
        sent = self.answer()
        taken = self.post(sent)
        assert taken.status_code == 201, taken.text
        one, token = f"/v1/responses/{sent['id']}/amend", taken.json()["edit_token"]
        whole = orjson.dumps(self.answer())
        tried = [
            taken,
            self.post(sent),
            self.post(sent | {"comment": self.mark.text("other")}),
            self.post({"comment": self.mark.text("amended"), "edit_token": token}, one),
            self.post({"comment": self.mark.text("forged"), "edit_token": self.mark.text("token")}, one),
            self.post({"score": self.mark.text("score"), "edit_token": token}, one),
            self.post(whole[:-9]),
            self.post(whole.replace(b'"comment-', b'"\\u0000comment-')),
            self.post(whole.replace(b'"comment-', b'"\\ud800comment-')),
            self.post(whole + b" " * 70_000, Connection="close"),
            self.post(whole, Content_Type=f"text/{self.mark.text('type')}"),
            self.post(whole, Content_Encoding="gzip"),
            self.post(whole, f"/v1/surveys/{self.mark.text('survey')}/responses"),
            self.post(whole, Origin=f"https://{self.mark.text('origin')}.example"),
            *(self.post(self.answer(**{field: value})) for field, value in self._wrong().items()),
        ]
        return {answer.status_code for answer in tried}

    def _wrong(self) -> Item:
        text = self.mark.text("wrong")
        lists = {name: [text] for name in ("comment", "respondent", "attributes", "contact")}
        texts = dict.fromkeys(("score", "reasons", "lang", "channel", "answered_at", "sig", "planted"), text)
        return lists | texts | {"id": text + "!", "contact": {"email": text, "consent": text, "tel": text}}

    def batch(self) -> None:
        """Good and bad items from a program of the company."""
        items = [self.answer(survey=self.survey, score=score) for score in (1, 4, self.mark.text("score"))]
        done = self.api.call("POST", "survey", "/v1/responses/batch", json=[*items, self.mark.text("item")])
        assert (done.json()["accepted"], len(done.json()["rejected"])) == (2, 2), done.text
        lines = b"\n".join(map(orjson.dumps, items)) + b"\n{" + self.mark.text("line").encode()
        for body in (lines, b"[" + lines):
            self.api.call(
                "POST",
                "survey",
                "/v1/responses/batch",
                data=body,
                headers={"Content-Type": "application/x-ndjson"},
            )

    def pages(self) -> None:
        """The customer's pages, with the query that a careless mail or site gives them."""
        query = {
            "respondent": self.name,
            "email": self.email,
            "sig": self.mark.text("sig"),
            "t": self.mark.text("t"),
        }
        for path in (
            f"/s/{self.survey}",
            f"/v1/surveys/{self.survey}/form",
            f"/s/{self.survey}/contact",
            f"/s/{self.survey}/unsubscribe",
        ):
            self.browser.get(self._at("survey") + path, params=query | {"explain": "1"}, timeout=SECONDS)
            self.browser.post(
                self._at("survey") + path, query | {"score": "3", "id": self.mark.uuid()[:8]}, timeout=SECONDS
            )
        for path in (f"/s/{self.survey}/qr.svg", "/embed.js", f"/{self.mark.text('nowhere')}"):
            self.browser.get(self._at("survey") + path, params=query, timeout=SECONDS)

    def sweep(self) -> int:
        """Every documented route of every service with the mark in path, query and body, by somebody and by the admin;
        the number of calls."""
        calls = 0
        for service in ("survey", "aggregator", "alerts"):
            paths = requests.get(f"{self._at(service)}/openapi.json", timeout=SECONDS).json()["paths"]
            for path, operations in paths.items():
                asked = self._at(service) + re.sub(r"\{[^}]*\}", self.mark.text("path"), path)
                query = dict.fromkeys(_queries(operations) | {"email", "q", "next"}, self.mark.text("query"))
                for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
                    bodies = (
                        (None,)
                        if method in ("get", "delete")
                        else (self.mark.text("{"), {"planted": self.name})
                    )
                    for body in bodies:
                        for session in (self.browser, self.api.session):
                            session.request(method, asked, params=query, json=body, timeout=SECONDS)
                            calls += 1
        return calls

    def raw(self, service: str) -> None:
        """What is no HTTP, or no method, or no header."""
        text = self.mark.text("raw")
        for sent in (
            f"{text}\r\n\r\n",
            f"GET /?mail={text} HTTP/9.9\r\nHost: x\r\n\r\n",
            f"{text.upper().replace('-', '')} / HTTP/1.1\r\nHost: x\r\n\r\n",
            f"{'M' + self.mark.digits.upper()} / HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: x\r\n{text} {text}: {text}\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: x\r\nX: {text}\x01\r\n\r\n",
            f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {text}\r\n\r\n",
            f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{text}\r\n",
            f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {text}\r\n\r\n",
            f"GET /{text * 400} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: x\r\nCookie: {text * 600}\r\n\r\n",
        ):
            parts = urlsplit(self._at(service))
            with socket.create_connection((parts.hostname, parts.port), timeout=SECONDS) as line:
                line.sendall(sent.encode())
                line.shutdown(socket.SHUT_WR)
                line.settimeout(2)
                try:
                    while line.recv(4096):
                        pass
                except OSError:
                    pass

    def _survey(self, key: str, touchpoint: str, **more: Item) -> None:
        document: Item = {
            "journey": self.journey,
            "stage": "care",
            "touchpoint": touchpoint,
            "metric": "csat",
        }
        document |= {"audience": "customer", "status": "live", "question": {"en": "How was it?"}} | more
        self.api.put("survey", f"/v1/surveys/{key}", document)

    def _at(self, service: str) -> str:
        return self.stack.url(service)


def _queries(operations: Item) -> set[str]:
    given = [
        one
        for operation in operations.values()
        if isinstance(operation, dict)
        for one in operation.get("parameters", [])
    ]
    return {one["name"] for one in given if one.get("in") == "query"}
