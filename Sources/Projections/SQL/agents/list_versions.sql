-- Versions from high to low, from below a precedence; $2 is NULL for the first page.
SELECT data, listing, author, record, published, position
FROM models.agent_versions
WHERE key = $1 AND ($2::bytea IS NULL OR precedence < $2)
ORDER BY precedence DESC
LIMIT $3
