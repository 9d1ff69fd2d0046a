-- Who looked at what one person answered, and why: a pseudonym, never a name. Rows are never deleted; an erasure takes
-- the words of `why` away, which may name the person.
CREATE TABLE look (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    looked_at timestamptz NOT NULL DEFAULT now(),
    looked_by text NOT NULL,
    looked_by_id text NOT NULL,
    what text NOT NULL CHECK (what IN ('journey', 'kept', 'export')),
    respondent bytea NOT NULL,
    respondent_key text NOT NULL,
    why text,
    answers integer NOT NULL
);
CREATE INDEX look_newest ON look (looked_at DESC, id DESC);
CREATE INDEX look_respondent ON look (respondent, looked_at DESC);
