-- Who counts or sees one person's answers before voiding them looked at them too.
ALTER TABLE look DROP CONSTRAINT look_what_check;
ALTER TABLE look ADD CONSTRAINT look_what_check CHECK (what IN ('journey', 'kept', 'export', 'void'));
