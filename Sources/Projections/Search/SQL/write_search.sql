-- What search reads of agents. An array can't hold arrays of several lengths, so lists are texts with a line for each.
INSERT INTO agent_search AS s (key, owner, category, category_form, runtime, licenses, has_wasm, is_down, title_words,
                               summary_words, description_words, position, tokens)
SELECT w.key, w.owner, w.category, w.category_form, w.runtime, string_to_array(w.licenses, chr(10)), w.has_wasm, w.is_down,
       w.title_words, w.summary_words, w.description_words, w.position, w.tokens::tsvector
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[],
            $9::integer[], $10::integer[], $11::integer[], $12::bigint[], $13::text[])
    AS w (key, owner, category, category_form, runtime, licenses, has_wasm, is_down, title_words, summary_words,
          description_words, position, tokens)
ON CONFLICT (key) DO UPDATE
SET owner = excluded.owner, category = excluded.category, category_form = excluded.category_form,
    runtime = excluded.runtime, licenses = excluded.licenses, has_wasm = excluded.has_wasm, is_down = excluded.is_down,
    title_words = excluded.title_words, summary_words = excluded.summary_words,
    description_words = excluded.description_words, position = excluded.position, tokens = excluded.tokens
WHERE (s.*) IS DISTINCT FROM (excluded.*)
