-- The latest map of each journey, as survey.journeys carries it.
CREATE TABLE journey (
    journey text PRIMARY KEY,
    revision bigint NOT NULL,
    retired boolean NOT NULL,
    document jsonb NOT NULL
);

-- One survey at one place, over all its answers (segment_key and segment_value '') or those with one segment value.
-- The id is a hash of the other columns (services.aggregator.buckets.series_id): the same on every rebuild, and known
-- without asking. Two series with one id would violate the primary key and stop the consumer, never mix their counts.
CREATE TABLE series (
    id bigint PRIMARY KEY,
    journey text NOT NULL,
    stage text NOT NULL,
    touchpoint text NOT NULL,
    survey text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    segment_key text NOT NULL,
    segment_value text NOT NULL,
    UNIQUE (journey, stage, touchpoint, survey, metric, audience, segment_key, segment_value)
);
CREATE INDEX series_survey ON series (survey);

-- One day (of answered_at, in REPORT_TZ) of a series: how often each score 0…10 was given. Only ever added to; rows
-- that fall to zero stay, so that the rows do not depend on how events came in batches. No foreign key: its check
-- would double the cost of a new bucket, and the series is written in the same transaction.
CREATE TABLE bucket (
    series bigint NOT NULL,
    day date NOT NULL,
    c0 integer NOT NULL,
    c1 integer NOT NULL,
    c2 integer NOT NULL,
    c3 integer NOT NULL,
    c4 integer NOT NULL,
    c5 integer NOT NULL,
    c6 integer NOT NULL,
    c7 integer NOT NULL,
    c8 integer NOT NULL,
    c9 integer NOT NULL,
    c10 integer NOT NULL,
    PRIMARY KEY (series, day)
) WITH (fillfactor = 80);

-- How many answers of a day named a reason; only for the series over all answers.
CREATE TABLE reason_bucket (
    series bigint NOT NULL,
    day date NOT NULL,
    reason text NOT NULL,
    answers integer NOT NULL,
    PRIMARY KEY (series, day, reason)
) WITH (fillfactor = 80);

-- How far each stage has come: recorded_at of the newest response applied.
CREATE TABLE newest (
    journey text NOT NULL,
    stage text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (journey, stage)
);

-- The time zone whose days the buckets hold, fixed by the first start of the consumer.
CREATE TABLE report_zone (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    name text NOT NULL
);
