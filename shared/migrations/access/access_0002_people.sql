-- People who may sign in, by e-mail address in lower case. The role of one who owns a stage and has no account is lead.
CREATE TABLE access.account (
    email text PRIMARY KEY CHECK (email = lower(email)),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'lead', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    signed_in_at timestamptz
);

-- The addresses at which owners are told. Written by alerts in the transaction that writes the owner.
CREATE TABLE access.account_owner (
    owner text NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    name text NOT NULL,
    PRIMARY KEY (owner, email)
);
CREATE INDEX account_owner_email ON access.account_owner (email);

-- Somebody who is signed in: a person by e-mail, or whoever pasted an API key. The cookie holds the id, signed.
CREATE TABLE access.session (
    id_hash bytea PRIMARY KEY,
    email text,
    key_id text REFERENCES access.api_key,
    csrf text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CHECK (num_nonnulls(email, key_id) = 1)
);
CREATE INDEX session_expires ON access.session (expires_at);

-- What was typed at /sign-in, whether or not the address belongs to anybody. The survey worker finds that out and mails;
-- the link's token is the id, signed.
CREATE TABLE access.sign_in_link (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email)),
    next text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    try_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    settled_at timestamptz,
    sent_at timestamptz,
    used_at timestamptz
);
CREATE INDEX sign_in_link_waiting ON access.sign_in_link (try_at) WHERE settled_at IS NULL;
CREATE INDEX sign_in_link_created ON access.sign_in_link (created_at);
