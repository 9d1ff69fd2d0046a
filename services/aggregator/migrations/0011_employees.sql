-- Employees' answers, added up by month and by the edition from which they count (ADR 0024, shared/employees.py): no
-- day, touchpoint, segment or reason of them is here. came: answers with that score; gone: those taken out again;
-- changed: answers changed to that score, less those changed from it. Only ever added to, as `bucket` is.
CREATE TABLE employee_sum (
    journey text NOT NULL,
    stage text NOT NULL,
    metric text NOT NULL,
    survey text NOT NULL,
    month date NOT NULL,
    edition timestamptz NOT NULL,
    score smallint NOT NULL,
    came integer NOT NULL,
    gone integer NOT NULL,
    changed integer NOT NULL,
    PRIMARY KEY (journey, stage, metric, survey, month, edition, score)
);

-- What was counted by day until now goes to its month, as if it had come in time; `journeyloop rebuild aggregator` says
-- when it came.
INSERT INTO employee_sum
SELECT journey, stage, metric, survey, month,
       (month + interval '1 month 8 days') AT TIME ZONE (SELECT name FROM report_zone), score, sum(n), 0, 0
FROM (SELECT s.journey, s.stage, s.metric, s.survey, date_trunc('month', b.day)::date AS month, v.score, v.n
      FROM series AS s JOIN bucket AS b ON b.series = s.id
      CROSS JOIN LATERAL (VALUES (0, c0), (1, c1), (2, c2), (3, c3), (4, c4), (5, c5), (6, c6), (7, c7), (8, c8),
                                 (9, c9), (10, c10)) AS v(score, n)
      WHERE s.audience = 'employee' AND s.segment_key = '') AS counted
GROUP BY 1, 2, 3, 4, 5, score HAVING sum(n) > 0;

DELETE FROM reason_bucket USING series WHERE reason_bucket.series = series.id AND series.audience = 'employee';
DELETE FROM bucket USING series WHERE bucket.series = series.id AND series.audience = 'employee';
DELETE FROM series WHERE audience = 'employee';
