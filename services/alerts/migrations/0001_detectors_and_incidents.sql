-- The latest map of each journey, as survey.journeys carries it: names, owners, live surveys.
CREATE TABLE journey (
    journey text PRIMARY KEY,
    revision bigint NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    document jsonb NOT NULL
);

-- The last beat of the relay that named this key, and the last sequence it had sent.
CREATE TABLE heartbeat (
    key text PRIMARY KEY,
    beat_at timestamptz NOT NULL,
    last_sequence bigint NOT NULL
);

-- One detector a journey, stage, metric and audience. `state` is services.alerts.detection.State as JSON;
-- last_sequence is the last event of the key that touched this detector, last_decision the place of the last decision.
CREATE TABLE detector (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journey text NOT NULL,
    stage text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    key text GENERATED ALWAYS AS (journey || '/' || stage) STORED,
    last_sequence bigint NOT NULL,
    last_decision bigint NOT NULL DEFAULT 0,
    state jsonb NOT NULL,
    UNIQUE (journey, stage, metric, audience)
);
CREATE INDEX detector_key ON detector (key);

-- What the detector knows of the answers: integer sums a day of answered_at (REPORT_TZ) and survey revision,
-- in half-units of the unit scale (0, 1, 2). Historic answers are in it too.
CREATE TABLE day_sum (
    detector bigint NOT NULL REFERENCES detector ON DELETE CASCADE,
    day date NOT NULL,
    survey text NOT NULL,
    survey_revision integer NOT NULL,
    n bigint NOT NULL,
    halves bigint NOT NULL,
    squares bigint NOT NULL,
    PRIMARY KEY (detector, day, survey, survey_revision)
);

-- Every input to a detector that is not an answer: settings, shared budget, a person's outcome. Pending until the
-- consumer applied it under the key's lock; then after_sequence and place say where, so that a rebuild merges it there.
CREATE SEQUENCE decision_place;
CREATE TABLE decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('settings', 'budget', 'outcome')),
    payload jsonb NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text,
    after_sequence bigint,
    place bigint,
    CHECK ((after_sequence IS NULL) = (place IS NULL))
);
CREATE INDEX decision_pending ON decision (key, id) WHERE place IS NULL;
CREATE INDEX decision_order ON decision (key, after_sequence, place);

-- before and since: {"n", "halves", "squares", "from", "to"} (dates, both included) as they stood at the opening.
-- cause: the aggregator's /v1/changes, saved by the notifier.
CREATE TABLE incident (
    id text PRIMARY KEY,
    journey text NOT NULL,
    stage text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
    opened_at timestamptz NOT NULL,
    onset timestamptz NOT NULL,
    opening_sequence bigint NOT NULL,
    before jsonb NOT NULL,
    since jsonb NOT NULL,
    evidence double precision NOT NULL,
    budget double precision NOT NULL,
    false_alarms_per_year double precision NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    closed_at timestamptz,
    closed_by text CHECK (closed_by IN ('automatic', 'person')),
    resolved_by text,
    outcome text CHECK (outcome IN ('fixed', 'new_normal', 'false_alarm')),
    cause jsonb,
    UNIQUE (journey, stage, metric, audience, opening_sequence),
    CHECK ((state = 'resolved') = (closed_at IS NOT NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX incident_one_open ON incident (journey, stage, metric, audience) WHERE state <> 'resolved';
CREATE INDEX incident_newest ON incident (opened_at DESC, id);

-- The timeline: opened, acknowledged, note, resolved.
CREATE TABLE incident_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident text NOT NULL REFERENCES incident ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    who text,
    text text
);
CREATE INDEX incident_event_incident ON incident_event (incident, id);
