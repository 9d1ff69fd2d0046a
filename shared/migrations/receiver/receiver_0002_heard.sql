-- What this receiver heard from the relay's beats: that everything accepted before `complete_to` has a sequence at or
-- below `last_sequence`. Of each key the row that its position has reached last, and those it has not reached yet
-- (ADR 0015).
CREATE TABLE heard (
    key text NOT NULL,
    last_sequence bigint NOT NULL,
    complete_to timestamptz NOT NULL,
    PRIMARY KEY (key, last_sequence)
);

-- The last beat taken. One row: whoever takes a beat locks it.
CREATE TABLE heard_beat (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    beat_at timestamptz,
    complete_to timestamptz,
    survey_web_ready boolean
);
INSERT INTO heard_beat DEFAULT VALUES;
