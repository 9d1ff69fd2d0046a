"""A customer's data, planted wherever anybody can put it, is found in the survey service's schema and nowhere else; and
after an erasure there neither. Colleagues' addresses are where docs/privacy.md says, and nowhere else."""

from __future__ import annotations

from functools import partial

import psycopg
import pytest
import requests

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.privacy import colleagues, traces
from tests.e2e.privacy.marks import Mark
from tests.e2e.privacy.planting import Planter

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

REFUSALS = {200, 201, 400, 403, 404, 409, 413, 415, 422}
# What anybody types at /sign-in is kept for a day, whoever it is; the survey worker sweeps it.
TYPED = {"access.sign_in_link.email", "access.sign_in_link.next"}
OF_COLLEAGUES = {
    "access.account_owner.email",
    "access.account_owner.name",
    "access.sign_in_link.email",
    "alerts.owner.document",
}


# A consumer, the relay and the notifier say nothing while all is well.
TALKERS = {"survey-web", "aggregator-web", "alerts-web", "survey-worker", "postgres"}


def test_planted_data_stays_in_the_survey_schema_until_it_is_erased(stack: Stack, full_size: bool) -> None:
    planter, colleague = Planter(stack, Mark()), Mark()
    planter.open()
    colleagues.keep_an_owner(planter, colleague)
    plant_everywhere(planter, colleague)
    if full_size:
        without_a_database(planter)
    recovered(planter)
    told(planter)
    nowhere_else(planter)
    colleagues_where_they_are_listed(stack, colleague)
    receipt = colleagues.erase(planter)
    counted = {name: receipt[name] for name in ("contact_details", "follow_ups", "rejected_rows")}
    assert min(counted.values()) > 0, receipt
    told(planter)
    nowhere_else(planter)
    assert traces.in_tables(stack, planter.mark, {"survey"}) == {}
    outcome.recounted(stack)


def plant_everywhere(planter: Planter, colleague: Mark) -> None:
    assert planter.answer_well_and_badly() <= REFUSALS
    planter.batch()
    planter.pages()
    assert planter.sweep() > 200
    for service in ("survey", "aggregator", "alerts"):
        planter.raw(service)
    colleagues.import_a_file(planter)
    colleagues.work_the_cases(planter)
    colleagues.look(planter)
    for email in (planter.email, colleague.email("owner")):
        colleagues.ask_for_a_link(planter, email)
    refused_by_the_database(planter)


def refused_by_the_database(planter: Planter) -> None:
    """PostgreSQL quotes rows in its own log where it refuses one: unless it is told not to."""
    with planter.stack.connect() as conn:
        for statement in (
            "INSERT INTO survey.survey (survey, journey) VALUES (%s, %s)",
            "INSERT INTO survey.response (id, comment, respondent) VALUES (%s::uuid, %s, NULL)",
        ):
            with pytest.raises(psycopg.Error):
                conn.execute(statement, [planter.mark.uuid(), planter.mark.text("quoted")])


def without_a_database(planter: Planter) -> None:
    planter.stack.stop("postgres")
    try:
        answer = planter.post(planter.answer())
        assert answer.status_code == 503, answer.text
    finally:
        planter.stack.start("postgres")
    for service in ("survey", "aggregator", "alerts"):
        ports.wait_until(partial(_is_ready, planter.stack.url(service)), f"{service} again", 60)


def _is_ready(url: str) -> bool:
    return requests.get(f"{url}/readyz", timeout=20).status_code == 200


def recovered(planter: Planter) -> None:
    """Wait until the customer has been asked how it went: the only mail they get."""

    def asked() -> bool:
        return any(str(mail["To"]) == planter.email for mail in mail_sink.read(planter.stack.maildir))

    ports.wait_until(asked, "the recovery mail", 60)


def told(planter: Planter) -> None:
    """Wait until everything has arrived and every mail went out: those that wait to go together go now."""
    with planter.stack.connect() as conn:
        ports.wait_until(lambda: not outcome.lacking(planter.stack), "the last answer's arrival", 60)
        conn.execute(
            "UPDATE alerts.notification SET due_at = now() WHERE journey = %s AND state = 'due'",
            [planter.journey],
        )
    outcome.drained(planter.stack)


def nowhere_else(planter: Planter) -> None:
    """No log, topic, metric, other schema or other person's mail holds anything of the customer."""
    stack, mark = planter.stack, planter.mark
    assert traces.log_names(stack) >= TALKERS, "logs that say something"
    assert traces.in_logs(stack, mark) == {}
    found, size = traces.in_topics(stack, mark)
    assert found == {}
    assert size > 1000, "topics that hold something"
    assert traces.in_metrics(stack, mark) == {}
    with stack.connect() as conn:
        schemas = {str(row["nspname"]) for row in conn.execute("SELECT nspname FROM pg_namespace")}
    assert set(traces.in_tables(stack, mark, schemas - {"survey"})) <= TYPED
    mails = traces.in_mails(stack, mark)
    assert set(mails) <= {planter.email}
    assert all(planter.email in place for places in mails.values() for place in places), mails


def colleagues_where_they_are_listed(stack: Stack, colleague: Mark) -> None:
    assert traces.in_logs(stack, colleague) == {}
    assert traces.in_topics(stack, colleague)[0] == {}
    assert traces.in_metrics(stack, colleague) == {}
    assert set(traces.in_tables(stack, colleague)) <= OF_COLLEAGUES
    assert set(traces.in_mails(stack, colleague)) <= {colleague.email("owner")}
