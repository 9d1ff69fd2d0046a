-- An internal measure of a stage (handle time, share in time): the document as it was PUT, and its values by day.
-- Nothing of it comes from the log: a rebuild leaves both tables alone, a backup has to hold them.
CREATE TABLE measure (
    journey text NOT NULL,
    stage text NOT NULL,
    measure text NOT NULL,
    document jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text,
    archived_at timestamptz,
    PRIMARY KEY (journey, stage, measure)
);

-- One value a day (of REPORT_TZ); the last one given counts.
CREATE TABLE measure_value (
    journey text NOT NULL,
    stage text NOT NULL,
    measure text NOT NULL,
    day date NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (journey, stage, measure, day),
    FOREIGN KEY (journey, stage, measure) REFERENCES measure
);
