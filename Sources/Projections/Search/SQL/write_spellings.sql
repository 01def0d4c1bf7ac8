-- The words of the names of agents with their variants, each a line of a text.
INSERT INTO agent_spellings AS s (key, words, variants)
SELECT w.key, string_to_array(w.words, chr(10)), string_to_array(w.variants, chr(10))
FROM unnest($1::text[], $2::text[], $3::text[]) AS w (key, words, variants)
ON CONFLICT (key) DO UPDATE SET words = excluded.words, variants = excluded.variants
WHERE s.words <> excluded.words
