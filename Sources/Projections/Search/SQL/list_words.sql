SELECT word, agents::bigint AS agents FROM models.search_words WHERE generation = $1::integer
