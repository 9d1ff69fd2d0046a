-- Who was erased and when: pseudonyms only, kept to apply them again after a restore. `counts` is the receipt.
CREATE TABLE erasure (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    erased_at timestamptz NOT NULL,
    erased_by text NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX erasure_newest ON erasure (erased_at DESC, id DESC);

-- One row a key of RESPONDENT_KEY: the person's pseudonyms at that time.
CREATE TABLE erased_respondent (
    respondent bytea NOT NULL,
    erased_at timestamptz NOT NULL,
    respondent_key text NOT NULL,
    erasure uuid NOT NULL REFERENCES erasure,
    PRIMARY KEY (respondent, erased_at)
);

-- Ids under which erased people's answers came. Sent again, they store nothing.
CREATE TABLE tombstone (
    id uuid PRIMARY KEY
);
