-- A voided answer keeps its row, so that its id stays known; it is in no score.
ALTER TABLE response ADD COLUMN voided_at timestamptz;

-- Who took which answers out of the scores.
CREATE TABLE void (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    voided_at timestamptz NOT NULL DEFAULT now(),
    voided_by text NOT NULL,
    filter jsonb NOT NULL,
    answers bigint NOT NULL
);
CREATE INDEX void_newest ON void (voided_at DESC, id DESC);
