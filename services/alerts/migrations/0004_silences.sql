-- Announcements that need no incident (a stage gone silent), come later (an escalation), or come again (a reminder).
--
-- name says what is told: each name is told once. One row an incident and kind, as before; a reminder is armed again
-- with the next number. due_at is the moment it should be told from (a silence moves it to its end). silenced_by: the
-- silence that mutes it; still set when it is settled, it was never told. owner: whom an escalation goes to.
-- The defaults let a process of the version before go on writing.
ALTER TABLE announcement
    ALTER COLUMN incident_id DROP NOT NULL,
    ADD COLUMN name text NOT NULL DEFAULT gen_random_uuid()::text,
    ADD COLUMN number integer NOT NULL DEFAULT 0,
    ADD COLUMN journey text,
    ADD COLUMN stage text,
    ADD COLUMN metric text,
    ADD COLUMN audience text,
    ADD COLUMN owner text,
    ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN silenced_by text,
    ADD CONSTRAINT announcement_about_check CHECK (incident_id IS NOT NULL OR (journey IS NOT NULL AND stage IS NOT NULL));
UPDATE announcement SET name = incident_id || '/' || kind, due_at = created_at;
ALTER TABLE announcement ADD CONSTRAINT announcement_name_key UNIQUE (name);
CREATE INDEX announcement_silenced ON announcement (id) WHERE routed_at IS NULL AND silenced_by IS NOT NULL;

-- silenced: muted, and due again when its silence ends. withdrawn: no longer wanted before it went (a reminder of an
-- incident that was acknowledged meanwhile).
ALTER TABLE notification
    DROP CONSTRAINT notification_state_check,
    ADD CONSTRAINT notification_state_check CHECK (state IN ('due', 'merged', 'sent', 'failed', 'silenced', 'withdrawn')),
    DROP CONSTRAINT notification_because_check,
    ADD CONSTRAINT notification_because_check CHECK (because IN ('stage', 'journey', 'fallback', 'test', 'escalation'));
ALTER TABLE attempt
    DROP CONSTRAINT attempt_outcome_check,
    ADD CONSTRAINT attempt_outcome_check CHECK (outcome IN ('sent', 'failed', 'silenced'));

-- A planned period in which matching incidents tell nobody. The document as it was PUT; its two times again, to search.
CREATE TABLE silence (
    silence text PRIMARY KEY,
    document jsonb NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text,
    archived_at timestamptz,
    CHECK (starts_at < ends_at)
);
CREATE INDEX silence_ends ON silence (ends_at) WHERE archived_at IS NULL;
