-- When a journey's review is sent, and to whom: the document as it was PUT. next_at: the moment it is due next; whoever
-- works on it keeps it from others until claimed_until.
CREATE TABLE review_schedule (
    journey text PRIMARY KEY,
    document jsonb NOT NULL,
    next_at timestamptz NOT NULL,
    claimed_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text
);
CREATE INDEX review_schedule_due ON review_schedule (next_at);

-- The review of a week (named by its Monday) as it was sent: it never changes again.
CREATE TABLE review (
    journey text NOT NULL,
    week date NOT NULL,
    document jsonb NOT NULL,
    frozen_at timestamptz NOT NULL,
    PRIMARY KEY (journey, week)
);

-- What was decided at the review of a week; shown in the reviews after it until it is done.
CREATE TABLE review_decision (
    id uuid PRIMARY KEY,
    journey text NOT NULL,
    week date NOT NULL,
    text text NOT NULL,
    owner text,
    due_on date,
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text NOT NULL,
    done_at timestamptz,
    done_by text
);
CREATE INDEX review_decision_journey ON review_decision (journey, week);

-- Which review a message tells of.
CREATE TABLE review_told (
    notification uuid PRIMARY KEY REFERENCES notification,
    journey text NOT NULL,
    week date NOT NULL,
    FOREIGN KEY (journey, week) REFERENCES review
);
