-- People of the owners that are there already may sign in as leads (schema access is migrated before this one).
-- Addresses with % are left to the next PUT of their owner: only there they are decoded.
INSERT INTO access.account_owner (owner, email, name)
SELECT owner, lower(trim(document->>'email')), document->>'name' FROM owner
WHERE archived_at IS NULL AND document->>'email' IS NOT NULL
UNION
SELECT owner, lower(trim(substr(channel->>'url', 8))), document->>'name'
FROM owner, jsonb_array_elements(CASE jsonb_typeof(document->'channels') WHEN 'array' THEN document->'channels' ELSE '[]' END) AS channel
WHERE archived_at IS NULL AND channel->>'kind' = 'email' AND channel->>'url' LIKE 'mailto:%'
  AND channel->>'url' NOT LIKE 'mailto:%\%%' AND channel->>'url' NOT LIKE '%${%'
ON CONFLICT DO NOTHING;
