"""The process `survey-worker`: works imports off, about 1 000 rows a transaction, and sends mails in between: sign-in
links, and the question that follows a solved case.

Answers, counts and the place to go on at are committed together, so that killing it at any moment loses and doubles
nothing: the next worker goes on after the last commit. Live answers are never behind it: transactions are short, and
the relay stamps live rows before imported ones.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import structlog

from services.survey import SCHEMA
from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import Answer
from services.survey.erasing import keepable
from services.survey.imports.mapping import Plan, bind, surveys
from services.survey.imports.problems import FileProblem
from services.survey.imports.reading import Record, batches, records, skip_lines
from services.survey.imports.rows import Draft, Reject, draft, finish
from services.survey.recovery_mails import RecoveryMails
from services.survey.sign_in_mails import SignInMails
from services.survey.store import imports, impressions, retention
from services.survey.store.imports import Import, Step
from services.survey.store.surveys import definitions
from shared.access import links
from shared.db import Connection, connect, require_current
from shared.process import Status, StopSignal
from shared.settings import Settings
from shared.telemetry import configure_logs

log = structlog.get_logger()

Mails = tuple[SignInMails, RecoveryMails]

ROWS_A_TRANSACTION = 1000
IDLE_SECONDS = 0.5
SWEEP_SECONDS = 3600.0
# How long it is kept which pages a survey was refused to.
REFUSED_FOR = timedelta(days=90)
# Starts without a single step forward after which an import is given up, so that one file can't stop all others.
MAX_ATTEMPTS = 10
# Objects between two looks of the garbage collector: a batch makes many, none of them in circles, and looking at them
# took a quarter of the worker's time.
GC_THRESHOLD = 50_000


def run(settings: Settings) -> None:
    """Work off imports until asked to stop. Any surprise ends the process; the supervisor starts another."""
    configure_logs(settings.log_level)
    gc.set_threshold(GC_THRESHOLD)
    status, stop = Status("worker"), StopSignal()
    with connect(settings, SCHEMA) as conn:
        require_current(conn, SCHEMA)
        status.begin(conn)
        sweep_at, mails = time.monotonic(), (SignInMails(), RecoveryMails())
        while not stop:
            status.beat(conn, {"ready": True})
            if _mail(conn, settings, mails):
                continue
            work = imports.claim(conn)
            if work is not None:
                _work_off(conn, settings, work, status, stop, mails)
                sweep_at = time.monotonic()
            elif time.monotonic() >= sweep_at:
                more = imports.sweep(conn, datetime.now(UTC))
                more += retention.forget_comments(conn, settings.comment_days, datetime.now(UTC))
                links.sweep(conn)
                impressions.forget_refused(conn, datetime.now(UTC).date() - REFUSED_FOR)
                sweep_at = time.monotonic() + (0 if more else SWEEP_SECONDS)
            else:
                time.sleep(IDLE_SECONDS)


def _mail(conn: Connection, settings: Settings, mails: Mails) -> bool:
    """One that is due, sign-in links first; whether there was any."""
    return any(kind.step(conn, settings) for kind in mails)


def _work_off(
    conn: Connection, settings: Settings, work: Import, status: Status, stop: StopSignal, mails: Mails
) -> None:
    began, first = time.monotonic(), work.rows
    for _ in steps(conn, settings, work):
        status.beat(conn, {"ready": True, "import": str(work.id), "rows": work.rows})
        _mail(conn, settings, mails)
        if stop:
            break
    imports.release(conn, work.id)
    log.info("import", rows=work.rows - first, seconds=round(time.monotonic() - began, 1), stopped=bool(stop))


def steps(conn: Connection, settings: Settings, work: Import) -> Iterator[None]:
    """Work one import off, from where it stands to its end; yields after each transaction."""
    if work.attempts > MAX_ATTEMPTS:
        text = f"given up: the worker died {MAX_ATTEMPTS} times after row {work.rows}; see its log"
        imports.finish(conn, work.id, text)
        return
    plan, rows, problem = bind(work.mapping, work.header), _records(conn, work), None
    try:
        for batch in batches(rows, ROWS_A_TRANSACTION):
            step(conn, settings, work, plan, batch)
            yield
    except FileProblem as found:
        problem = f"{found}; the {work.rows:,} rows before it were worked off"
    imports.finish(conn, work.id, problem)


def step(conn: Connection, settings: Settings, work: Import, plan: Plan, batch: list[Record]) -> None:
    """One transaction: the answers of `batch`, its rejects, its counts and the place it ends at."""
    now = datetime.now(UTC)
    drafts = [draft(plan, record) for record in batch]
    with conn.transaction():
        known = definitions(conn, surveys(work.mapping).values())
        occurrences = _occurrences(conn, work, drafts)
        ready = [
            one if isinstance(one, Reject) else finish(plan, one, times, known, now, settings.report_tz)
            for one, times in zip(drafts, occurrences, strict=True)
        ]
        answers = [
            NewAnswer(known[row.survey], one, imported=True)
            for row, one in zip(drafts, ready, strict=True)
            if isinstance(row, Draft) and isinstance(one, Answer)
        ]
        rejects = [one for one in ready if isinstance(one, Reject)]
        accepted = accept_many(conn, answers, now, settings.respondent_keys).count("accepted")
        imports.add_rejects(conn, work.id, keepable(conn, rejects, settings.respondent_keys))
        done = Step(batch[-1].line, len(batch), accepted, len(answers) - accepted, len(rejects))
        imports.advance(conn, work, done)
    work.line_done, work.rows = done.line, work.rows + done.rows


def _records(conn: Connection, work: Import) -> Iterator[Record]:
    chunks = imports.blocks(conn, work.id, work.line_done)
    before, text = next(chunks, (work.line_done, ""))
    text_to_go = chain(skip_lines([text], work.line_done - before), (later for _, later in chunks))
    return records(text_to_go, work.delimiter, (work.rows, work.line_done))


def _occurrences(conn: Connection, work: Import, drafts: list[Draft | Reject]) -> list[int]:
    """How often each row's content has come in this file, from 1; 0 for rows that have an id or are refused."""
    counted = [one.id for one in drafts if isinstance(one, Draft) and one.by_content]
    numbers = iter(imports.count_contents(conn, work.id, counted))
    return [next(numbers) if isinstance(one, Draft) and one.by_content else 0 for one in drafts]
