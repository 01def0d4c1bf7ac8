-- A list of a generation, behind a rank, less what is not listed any more.
SELECT s.*, coalesce(u.name, '') AS username, p.rank::bigint AS rank, p.downloads AS window_downloads,
       p.readers AS window_readers, p.growth
FROM models.popular_agents p
JOIN listed_agents s ON s.key = p.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE p.generation = $6::integer
  AND p.list = $1 AND p.days = $2::integer AND p.category = $3 AND p.rank > $4::integer AND NOT s.is_quarantined
ORDER BY p.rank
LIMIT $5
