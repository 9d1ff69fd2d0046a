"""`journeyloop migrate`: bring the database up to date."""

from __future__ import annotations

import click
import psycopg

from services import aggregator, alerts, survey
from shared.db import ACCESS, Schema
from shared.db import migrate as migrate_schema
from shared.settings import load

SCHEMAS: tuple[Schema, ...] = (ACCESS, survey.SCHEMA, aggregator.SCHEMA, alerts.SCHEMA)


@click.command()
def migrate() -> None:
    """Create or update all schemas. Safe to repeat, also by several at once."""
    settings = load()
    for schema in SCHEMAS:
        try:
            done = migrate_schema(settings, schema)
        except psycopg.errors.LockNotAvailable as error:
            text = (
                f"a table of schema {schema.name} is held by another transaction: try again when it has ended"
            )
            raise click.ClickException(text) from error
        click.echo(f"{schema.name:<12}{f'{done} migrations applied' if done else 'up to date'}")
