-- The permanent log. A service appends in its own transaction; the relay alone fills in the last three columns.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    historic boolean NOT NULL,
    received_at timestamptz NOT NULL,
    position bigint,
    sequence bigint,
    recorded_at timestamptz
);
CREATE INDEX outbox_unstamped ON outbox (historic, id) WHERE position IS NULL;
CREATE UNIQUE INDEX outbox_position ON outbox (position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX outbox_sequence ON outbox (topic, key, sequence) WHERE sequence IS NOT NULL;

CREATE TABLE outbox_key (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL,
    last_recorded_at timestamptz NOT NULL,
    PRIMARY KEY (topic, key)
);

-- One row: the highest position given, and the highest below which the broker acknowledged everything.
CREATE TABLE relay (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    last_position bigint NOT NULL DEFAULT 0,
    acknowledged bigint NOT NULL DEFAULT 0
);
INSERT INTO relay DEFAULT VALUES;
