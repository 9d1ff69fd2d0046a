-- What the survey service said about the asking (volume, channels, wording), as it was told: like `cause`.
ALTER TABLE incident ADD COLUMN measurement jsonb;
