-- Customers' cases as the survey service publishes them, with nothing personal: enough to tell their owners.
-- overdue_at: when it was noticed that the case is past its due time; again null where the due time moves.
CREATE TABLE follow_up (
    follow_up uuid PRIMARY KEY,
    revision bigint NOT NULL,
    journey text NOT NULL,
    stage text NOT NULL,
    touchpoint text NOT NULL,
    survey text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL,
    score integer,
    state text NOT NULL CHECK (state IN ('open', 'contacted', 'resolved')),
    owner text,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    taken_at timestamptz,
    contacted_at timestamptz,
    resolved_at timestamptz,
    outcome text,
    cause text,
    overdue_at timestamptz
);
CREATE INDEX follow_up_unresolved ON follow_up (due_at) WHERE state <> 'resolved';
CREATE INDEX follow_up_journey ON follow_up (journey, opened_at);

-- owner: a case is theirs, which no map says.
ALTER TABLE notification
    DROP CONSTRAINT IF EXISTS notification_because_check,
    ADD CONSTRAINT notification_because_check
        CHECK (because IN ('stage', 'journey', 'fallback', 'test', 'escalation', 'owner', 'review'));
