CREATE TABLE owner (
    owner text PRIMARY KEY,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz
);

-- Something to tell about an incident, written in the transaction that changed the incident. The notifier asks the
-- aggregator what happened (facts), finds the owner, and writes one notification per channel.
CREATE TABLE announcement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id text NOT NULL REFERENCES incident,
    kind text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    try_at timestamptz NOT NULL DEFAULT now(),
    routed_at timestamptz,
    facts jsonb,
    UNIQUE (incident_id, kind)
);
CREATE INDEX announcement_unrouted ON announcement (try_at) WHERE routed_at IS NULL;

-- One message about an incident (or a test) to one channel of one owner. `owner` is null for FALLBACK_OWNER;
-- the channel is the owner's nth of its kind, so that a mended URL heals what still waits. `id` never changes:
-- it is the webhook-id and the Message-ID of every attempt.
CREATE TABLE notification (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    announcement_id bigint REFERENCES announcement,
    incident_id text REFERENCES incident,
    kind text NOT NULL,
    journey text,
    owner text,
    because text NOT NULL CHECK (because IN ('stage', 'journey', 'fallback', 'test')),
    channel_kind text NOT NULL CHECK (channel_kind IN ('email', 'webhook', 'apprise')),
    channel_number integer NOT NULL,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'merged', 'sent', 'failed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    planned_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    merged_into uuid REFERENCES notification,
    settled_at timestamptz
);
CREATE INDEX notification_due ON notification (due_at) WHERE state = 'due';
CREATE INDEX notification_incident ON notification (incident_id);
CREATE INDEX notification_merged ON notification (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX notification_plan ON notification (journey, owner, planned_at);

-- Written when the attempt starts; an outcome that stays null is an attempt whose process died.
CREATE TABLE attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notification_id uuid NOT NULL REFERENCES notification,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text CHECK (outcome IN ('sent', 'failed')),
    status integer,
    detail text
);
CREATE INDEX attempt_notification ON attempt (notification_id, id);
