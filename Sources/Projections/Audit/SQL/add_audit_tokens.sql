INSERT INTO audit_tokens (token, person, issuer, replaces, position)
SELECT n.token, n.person, n.issuer, n.replaces, n.position
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS n (token, person, issuer, replaces, position)
