-- Ends what somebody has points for since before the batch.
UPDATE reputation_points p
SET until = n.position
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS n (person, rule, key, detail, position)
WHERE p.person = n.person AND p.rule = n.rule AND p.key = n.key AND p.detail = n.detail AND p.until IS NULL
