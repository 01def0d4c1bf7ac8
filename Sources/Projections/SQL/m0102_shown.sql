-- Which version an agent's page shows stands beside the agent, so that a page is three rows found by their keys.
ALTER TABLE models.agent_details
    ADD COLUMN shown_is_release boolean,
    ADD COLUMN shown_precedence bytea;
UPDATE models.agent_details d
SET shown_is_release = v.is_release, shown_precedence = v.precedence
FROM (
    SELECT DISTINCT ON (key) key, is_release, precedence
    FROM models.agent_versions
    ORDER BY key, is_release DESC, precedence DESC
) AS v
WHERE v.key = d.key;
