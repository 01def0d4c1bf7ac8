-- Deletes the votes of people who got a role on an agent, and the votes on their reviews. Returns the reviews whose counts
-- change.
DELETE FROM review_votes v
USING unnest($1::text[], $2::text[]) AS j (key, person)
WHERE v.key = j.key AND (v.author = j.person OR v.voter = j.person)
RETURNING v.key, v.author
