-- do
INSERT INTO vault.roles (person, stream)
SELECT x.person, x.stream FROM effects AS x
ON CONFLICT (person, stream) DO NOTHING
-- do: the name of the person is shown beside the agent from now on.
UPDATE vault.names n SET is_shown = true
FROM effects AS x
WHERE n.holder = 'user/' || x.person AND NOT n.is_shown
