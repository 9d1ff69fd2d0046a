-- A CSV file on its way in. `line_done` is where the worker goes on: it advances in the transaction of the answers.
-- `header_lines` are the lines up to the first row; `lines` counts all, for the progress.
CREATE TABLE import (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    file_name text NOT NULL,
    mapping jsonb NOT NULL,
    delimiter text NOT NULL,
    header text[] NOT NULL,
    header_lines bigint NOT NULL,
    lines bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    message text,
    attempts integer NOT NULL DEFAULT 0,
    line_done bigint NOT NULL,
    rows bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    finished_at timestamptz
);
CREATE INDEX import_newest ON import (created_at DESC, id DESC);
CREATE INDEX import_waiting ON import (created_at, id) WHERE state IN ('queued', 'running');

-- The file as UTF-8 in pieces of about a megabyte, each of whole lines, until it is worked off. EXTERNAL: compressing
-- them would cost more than the disk is worth for minutes.
CREATE TABLE import_chunk (
    import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
    lines_before bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (import_id, lines_before)
);
ALTER TABLE import_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

-- How often a row came so far in a file whose rows have no id of their own; kept while the import runs.
CREATE TABLE import_content (
    import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
    content uuid NOT NULL,
    occurrences bigint NOT NULL,
    PRIMARY KEY (import_id, content)
);

-- Refused rows as they came, for rejects.csv; they may hold personal data and are deleted after 30 days.
CREATE TABLE import_reject (
    import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
    "row" bigint NOT NULL,
    line bigint NOT NULL,
    cells json NOT NULL,
    errors json NOT NULL,
    PRIMARY KEY (import_id, "row")
);
