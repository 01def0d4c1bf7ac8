-- How many people published anything from a day on and before another.
SELECT count(DISTINCT p.person) AS publishers
FROM publishing_days p
WHERE p.day >= date '1970-01-01' + $1::integer AND p.day < date '1970-01-01' + $2::integer AND p.person <> ''
