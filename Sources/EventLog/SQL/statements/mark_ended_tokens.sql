-- Marks these tokens as revoked, and no others.
UPDATE vault.tokens t
SET ended = CASE WHEN t.token = ANY ($1) THEN now() END
WHERE (t.ended IS NOT NULL) <> (t.token = ANY ($1))
