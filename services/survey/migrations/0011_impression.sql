-- How often a survey was shown, begun, answered and closed in pages, a day in REPORT_TZ. Written every few seconds by
-- each web process from its memory, never once a view.
CREATE TABLE impression (
    survey text NOT NULL,
    day date NOT NULL,
    shown integer NOT NULL DEFAULT 0,
    started integer NOT NULL DEFAULT 0,
    answered integer NOT NULL DEFAULT 0,
    dismissed integer NOT NULL DEFAULT 0,
    PRIMARY KEY (survey, day)
);

-- Displays refused because the page's origin is not on the survey's list. At most 20 origins a survey and day.
CREATE TABLE blocked_origin (
    survey text NOT NULL,
    day date NOT NULL,
    origin text NOT NULL,
    displays integer NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (survey, day, origin)
);
