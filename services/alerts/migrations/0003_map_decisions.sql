-- A map can be an input to a detector: while an incident is open all of its surveys may be replaced by others, which its
-- frozen baseline does not know. Then the decision `map` ends it, because nothing can tell any more whether it is over.
ALTER TABLE decision
    DROP CONSTRAINT decision_kind_check,
    ADD CONSTRAINT decision_kind_check CHECK (kind IN ('settings', 'budget', 'outcome', 'map'));
ALTER TABLE incident
    DROP CONSTRAINT incident_closed_by_check,
    ADD CONSTRAINT incident_closed_by_check CHECK (closed_by IN ('automatic', 'person', 'map'));
