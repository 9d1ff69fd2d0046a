-- Finding an answer by the only id of it that leaves this service. While the index is made, answers wait: some
-- seconds a million of them.
CREATE INDEX response_answer_id ON response (answer_id);

-- Where a customer may be reached who agreed to it, beside their answer; gone with its erasure. `respondent`: the
-- pseudonym of the address itself, so that a person is found by it who has no other name. `consented_to`: the words
-- under which they agreed.
CREATE TABLE contact_details (
    answer_id uuid PRIMARY KEY,
    respondent bytea NOT NULL,
    respondent_key text NOT NULL,
    email text NOT NULL,
    name text,
    consented_to text NOT NULL,
    consented_at timestamptz NOT NULL
);
CREATE INDEX contact_details_respondent ON contact_details (respondent);

-- One customer's case. `answer_id` and `respondent` (only one who is certain) go with the person's erasure. `owner` is
-- an owner's key; an owner may be a team, so who of them took the case stands beside it: `taken_by` is their name,
-- `taker` what they are known by. `revision` rises with every change.
CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    answer_id uuid UNIQUE,
    respondent bytea,
    respondent_key text,
    journey text NOT NULL,
    stage text NOT NULL,
    touchpoint text NOT NULL,
    survey text NOT NULL,
    metric text NOT NULL,
    audience text NOT NULL CHECK (audience = 'customer'),
    score smallint NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'contacted', 'resolved')),
    owner text,
    taken_by text,
    taker text,
    taken_at timestamptz,
    outcome text CHECK (outcome IN ('solved', 'not_solved', 'no_answer', 'not_needed')),
    cause text,
    note text,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    due_at timestamptz NOT NULL,
    contacted_at timestamptz,
    resolved_at timestamptz,
    overdue_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    CHECK ((state = 'resolved') = (outcome IS NOT NULL)),
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX follow_up_due ON follow_up (due_at, id);
CREATE INDEX follow_up_unresolved ON follow_up (due_at, id) WHERE state <> 'resolved';
CREATE INDEX follow_up_respondent ON follow_up (respondent) WHERE respondent IS NOT NULL;

-- What became of a case, in order. `detail` may hold a note's words: they go with the person's erasure.
CREATE TABLE follow_up_event (
    follow_up uuid NOT NULL REFERENCES follow_up,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (follow_up, number)
);

-- Whose turn it is where several owners share a survey's cases.
CREATE TABLE follow_up_turn (
    survey text PRIMARY KEY,
    turn bigint NOT NULL
);

-- The question asked after a case was solved, sent once.
CREATE TABLE recovery (
    follow_up uuid PRIMARY KEY REFERENCES follow_up,
    survey text NOT NULL,
    token text UNIQUE,
    due_at timestamptz NOT NULL,
    sent_at timestamptz,
    answered_at timestamptz,
    answer_id uuid,
    tries integer NOT NULL DEFAULT 0
);
CREATE INDEX recovery_waiting ON recovery (due_at) WHERE sent_at IS NULL;
