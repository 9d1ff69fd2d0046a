-- How far this receiver has come, per key "journey/stage" of survey.responses.
CREATE TABLE position (
    key text PRIMARY KEY,
    last_sequence bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    gap_at timestamptz,
    gap_sequence bigint
);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    key text,
    sequence bigint,
    reason text NOT NULL,
    value bytea,
    died_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz
);
CREATE INDEX dead_letter_unsent ON dead_letter (id) WHERE sent_at IS NULL;
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (topic, key, sequence) WHERE sequence IS NOT NULL;
CREATE UNIQUE INDEX dead_letter_foreign ON dead_letter (topic, partition, kafka_offset, md5(coalesce(value, '')))
    WHERE sequence IS NULL;
