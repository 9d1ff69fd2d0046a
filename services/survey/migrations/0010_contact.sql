-- Which generation of a survey's secret is in use; the one before it counts for a week after the change.
ALTER TABLE survey ADD COLUMN secret_generation integer NOT NULL DEFAULT 1;
ALTER TABLE survey ADD COLUMN secret_rotated_at timestamptz;

-- What a verified respondent was asked, turned away, or does not want; one row a survey. A pseudonym, never a name.
CREATE TABLE contact (
    respondent bytea NOT NULL,
    respondent_key text NOT NULL,
    survey text NOT NULL,
    asked_at timestamptz,
    dismissed_at timestamptz,
    never_at timestamptz,
    PRIMARY KEY (respondent, survey)
);

-- A verified respondent's own answers: whoever has just answered is not asked.
CREATE INDEX response_respondent ON response (respondent) WHERE respondent IS NOT NULL;
