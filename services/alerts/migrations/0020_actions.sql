-- An improvement: the document as it was PUT, and what of it is searched for.
--
-- compared_at: since when it has compared what it compares (treated, control, days). effect: as last measured, with
-- its flags, of the version of the document in effect_of; null until then.
CREATE TABLE action (
    action text PRIMARY KEY,
    document jsonb NOT NULL,
    journey text NOT NULL,
    stage text NOT NULL,
    started_on date NOT NULL,
    incident text,
    compared_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text,
    archived_at timestamptz,
    effect jsonb,
    effect_of text,
    effect_at timestamptz
);
CREATE INDEX action_place ON action (journey, stage);
CREATE INDEX action_incident ON action (incident) WHERE incident IS NOT NULL;
