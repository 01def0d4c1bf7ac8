-- Versions from high to low, from below a precedence; $2 is NULL for the first page.
SELECT v.data, v.listing, v.author, v.record, v.published, v.position, coalesce(p.name, '') AS publisher
FROM agent_versions v
LEFT JOIN publishers p ON p.person = v.publisher
WHERE v.key = $1 AND ($2::bytea IS NULL OR v.precedence < $2)
ORDER BY v.precedence DESC
LIMIT $3
