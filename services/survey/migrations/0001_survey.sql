-- The map. `document` is what was PUT, as it was PUT; `revision` rises with every change of the map or of one of
-- its surveys, so that an answer can be checked against a definition known to be current by comparing one number.
CREATE TABLE journey (
    journey text PRIMARY KEY,
    document json NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    revision bigint NOT NULL DEFAULT 1
);

-- `revision` counts the wordings of the question. Metric, place and audience never change after the first answer,
-- which is why an answer need not repeat them.
CREATE TABLE survey (
    survey text PRIMARY KEY,
    journey text NOT NULL REFERENCES journey,
    stage text NOT NULL,
    touchpoint text NOT NULL,
    metric text NOT NULL CHECK (metric IN ('csat', 'nps', 'ces')),
    audience text NOT NULL CHECK (audience IN ('customer', 'employee')),
    status text NOT NULL CHECK (status IN ('draft', 'live', 'paused', 'archived')),
    document json NOT NULL,
    revision integer NOT NULL DEFAULT 1
);
CREATE INDEX survey_journey ON survey (journey);

-- The first 50 values of each declared segment key; later ones are counted as `other`.
CREATE TABLE segment_value (
    journey text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (journey, key, value)
);

-- One row an answer. `id` is the client's, `answer_id` ours. No foreign key to survey: the insert itself reads the
-- survey, surveys are never deleted, and the key's row lock on every insert would make busy surveys queue.
CREATE TABLE response (
    id uuid PRIMARY KEY,
    answer_id uuid NOT NULL,
    survey text NOT NULL,
    survey_revision integer NOT NULL,
    score smallint NOT NULL,
    comment text,
    reasons text[] NOT NULL,
    attributes jsonb NOT NULL,
    segments jsonb NOT NULL,
    respondent bytea,
    respondent_key text,
    respondent_verified boolean,
    lang text,
    channel text,
    answered_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    historic boolean NOT NULL,
    first_content bytea NOT NULL
);
CREATE INDEX response_newest ON response (survey, answered_at DESC, answer_id DESC);
