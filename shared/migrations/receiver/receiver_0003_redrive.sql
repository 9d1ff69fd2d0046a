-- When somebody brought the event back; null: never, or there is nothing to bring back.
ALTER TABLE dead_letter ADD COLUMN redriven_at timestamptz;

-- The window of the stop rule, of each topic (ADR 0026): kept here, so that a consumer that stopped stays stopped when it
-- is started again. `bad`: which of the events seen were bad. `let_pass`: how many more a person lets pass uncounted.
CREATE TABLE stop_rule (
    topic text PRIMARY KEY,
    seen bigint NOT NULL DEFAULT 0,
    in_a_row integer NOT NULL DEFAULT 0,
    bad bigint[] NOT NULL DEFAULT '{}',
    let_pass bigint NOT NULL DEFAULT 0
);
