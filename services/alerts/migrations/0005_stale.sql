-- What `stale` rests on (services/alerts/stale.py); no part of a detector's state, so a rebuild leaves it alone.
--
-- sound: when this beat was taken nothing was outstanding for the key, the beat was fresh and survey-web ready.
ALTER TABLE heartbeat ADD COLUMN sound boolean NOT NULL DEFAULT false;

-- One row: the last beat taken. Whoever moves it does the minute's work, whichever process that is.
CREATE TABLE beat (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    beat_at timestamptz NOT NULL DEFAULT 'epoch',
    taken_at timestamptz
);
INSERT INTO beat DEFAULT VALUES;

-- Live answers of one survey at the door (recorded_at). quiet_seconds: time counted since the last one.
CREATE TABLE arrival (
    key text NOT NULL,
    survey text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    quiet_seconds double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (key, survey)
);

-- Of each day (UTC) of the last 28: how many came, and the longest wait that ended on it.
CREATE TABLE arrival_day (
    key text NOT NULL,
    survey text NOT NULL,
    day date NOT NULL,
    n bigint NOT NULL,
    longest_seconds double precision NOT NULL,
    PRIMARY KEY (key, survey, day),
    FOREIGN KEY (key, survey) REFERENCES arrival ON DELETE CASCADE
);

-- Stages that are stale now; it was told when the row was written. since: the last live answer.
CREATE TABLE stale (
    key text PRIMARY KEY,
    since timestamptz NOT NULL,
    noticed_at timestamptz NOT NULL,
    quiet_seconds double precision NOT NULL,
    answers_a_day double precision NOT NULL
);

-- Stages that answered before this version: their volume is known, their rhythm is not, so each wait counts as 56
-- hours and nothing shorter than a week is stale until they have been watched for 28 days.
INSERT INTO arrival (key, survey, first_at, last_at)
SELECT d.key, s.survey, min(s.day)::timestamptz, max(to_timestamp((d.state ->> 'last_live')::float8 / 1e6))
FROM detector AS d JOIN day_sum AS s ON s.detector = d.id
WHERE s.n > 0 AND s.day > to_timestamp((d.state ->> 'last_live')::float8 / 1e6)::date - 28
  AND s.day <= to_timestamp((d.state ->> 'last_live')::float8 / 1e6)::date
GROUP BY d.key, s.survey;
INSERT INTO arrival_day (key, survey, day, n, longest_seconds)
SELECT a.key, a.survey, s.day, sum(s.n), 56 * 3600
FROM arrival AS a JOIN detector AS d ON d.key = a.key JOIN day_sum AS s ON s.detector = d.id AND s.survey = a.survey
WHERE s.n > 0 AND s.day > a.last_at::date - 28 AND s.day <= a.last_at::date
GROUP BY a.key, a.survey, s.day;
