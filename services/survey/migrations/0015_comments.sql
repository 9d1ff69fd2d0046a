-- Answers with a comment, newest first: what people read and search.
CREATE INDEX response_comments ON response (survey, answered_at DESC, answer_id DESC) WHERE comment IS NOT NULL;

-- A draft is an upload whose columns nobody has named yet; no worker takes it.
ALTER TABLE import DROP CONSTRAINT import_state_check;
ALTER TABLE import ADD CONSTRAINT import_state_check
    CHECK (state IN ('draft', 'queued', 'running', 'done', 'failed'));
