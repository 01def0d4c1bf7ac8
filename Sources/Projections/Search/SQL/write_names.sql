-- The names of agents, in place of those that they had.
WITH named AS (
    SELECT w.key, w.name, w.kind FROM unnest($2::text[], $3::text[], $4::integer[]) AS w (key, name, kind)
), gone AS (
    DELETE FROM agent_names n
    WHERE n.key = ANY ($1)
      AND NOT EXISTS (SELECT FROM named w WHERE w.key = n.key AND w.name = n.name AND w.kind = n.kind)
)
INSERT INTO agent_names (key, name, kind)
SELECT w.key, w.name, w.kind FROM named w
ON CONFLICT DO NOTHING
