-- Each background process says every few seconds that it lives and how it is; the web process reads it for
-- /readyz and /metrics, so that one port a service tells the whole truth.
CREATE TABLE process_status (
    process text NOT NULL,
    instance text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    beat_at timestamptz NOT NULL DEFAULT now(),
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (process, instance)
);
