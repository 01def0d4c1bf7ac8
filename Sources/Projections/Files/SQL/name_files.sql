INSERT INTO files (sha256, key, precedence, version, position, held_from)
SELECT f.sha256, f.key, f.precedence, f.version, f.position,
       (SELECT min(h.position) FROM file_holds h
        WHERE h.key = f.key AND h.precedence IN ('', f.precedence))
FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::text[], $5::bigint[])
    AS f (sha256, key, precedence, version, position)
ON CONFLICT (sha256, key, precedence) DO NOTHING
