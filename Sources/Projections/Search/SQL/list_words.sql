-- Some of the words that many agents have, behind one, each with the places of the best known agents that have it.
SELECT word, agents::bigint AS agents, places
FROM models.search_words
WHERE generation = $1::integer AND word > $2::text
ORDER BY word
LIMIT 200
