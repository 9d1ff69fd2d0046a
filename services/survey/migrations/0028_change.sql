-- The greatest number that came with an amendment, 0 where none did: one that was overtaken on its way changes nothing.
ALTER TABLE response ADD COLUMN change bigint NOT NULL DEFAULT 0;
