-- What counts against people now, of some agents.
SELECT p.person, p.rule, p.key, p.detail
FROM reputation_points p
WHERE p.key = ANY ($1::text[]) AND p.until IS NULL AND p.rule IN ('hold', 'removal')
