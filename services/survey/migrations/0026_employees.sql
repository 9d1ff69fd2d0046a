-- What was kept of employees' answers and tells one from another (ADR 0024): who, how, in which language, what they were
-- asked, how far they came. Their score, comment and day stay; the day is told to nobody.
UPDATE response AS r
SET respondent = NULL, respondent_key = NULL, respondent_verified = NULL, attributes = '{}', segments = '{}',
    lang = NULL, channel = NULL
FROM survey AS s WHERE s.survey = r.survey AND s.audience = 'employee';
DELETE FROM contact AS c USING survey AS s WHERE s.survey = c.survey AND s.audience = 'employee';
UPDATE impression AS i SET started = 0, answered = 0, dismissed = 0
FROM survey AS s WHERE s.survey = i.survey AND s.audience = 'employee';
