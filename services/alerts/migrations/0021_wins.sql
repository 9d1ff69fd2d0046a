-- Where a stage clearly got better (services/alerts/detection): found once, told once. before and since are
-- {"n", "halves", "squares", "from", "to"} (dates, both included) as they stood then; sequence: the answer that proved it.
-- cause: the aggregator's /v1/changes and thanks: the actions named, both as they were told.
CREATE TABLE win (
    id text PRIMARY KEY,
    journey text NOT NULL,
    stage text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    found_at timestamptz NOT NULL,
    onset timestamptz NOT NULL,
    sequence bigint NOT NULL,
    before jsonb NOT NULL,
    since jsonb NOT NULL,
    evidence double precision NOT NULL,
    budget double precision NOT NULL,
    false_wins_per_year double precision NOT NULL,
    cause jsonb,
    thanks jsonb,
    UNIQUE (journey, stage, metric, audience, sequence)
);
CREATE INDEX win_newest ON win (found_at DESC, id);

-- From which answer on a detector looks for wins too is an input like its budget: a detector that is older than this
-- version begins with the next answer it gets, and a rebuild begins at the same one.
ALTER TABLE decision
    DROP CONSTRAINT decision_kind_check,
    ADD CONSTRAINT decision_kind_check CHECK (kind IN ('settings', 'budget', 'outcome', 'map', 'wins'));
