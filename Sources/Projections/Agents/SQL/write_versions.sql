INSERT INTO agent_versions (key, precedence, rank, data, listing, author, record, published, position,
                                   publisher)
SELECT w.key, w.precedence, w.rank, w.data, w.listing, w.author, w.record, to_timestamp(w.ms / 1000.0), w.position,
       w.publisher
FROM unnest($1::text[], $2::bytea[], $3::integer[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bigint[],
            $9::bigint[], $10::text[])
    AS w (key, precedence, rank, data, listing, author, record, ms, position, publisher)
ON CONFLICT (key, precedence) DO UPDATE
SET rank = excluded.rank, listing = excluded.listing, author = excluded.author, record = excluded.record
