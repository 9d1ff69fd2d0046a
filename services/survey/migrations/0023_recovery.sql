-- The mail that asks after a case was solved. token: the id that the one answer to it will have; null once its giver was
-- erased, and then score is what they gave. due_at: when it is tried (next); a lease while somebody tries it.
ALTER TABLE recovery
    DROP COLUMN answered_at,
    DROP COLUMN answer_id,
    ADD COLUMN made_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN score smallint;
