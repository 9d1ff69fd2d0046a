-- An answer that died on its way and was brought back (ADR 0026): it trains the detector at this place and never bets.
ALTER TABLE decision
    DROP CONSTRAINT decision_kind_check,
    ADD CONSTRAINT decision_kind_check CHECK (kind IN ('settings', 'budget', 'outcome', 'map', 'wins', 'redriven'));
