CREATE TABLE access.api_key (
    id text PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('admin', 'lead', 'viewer', 'collector')),
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
