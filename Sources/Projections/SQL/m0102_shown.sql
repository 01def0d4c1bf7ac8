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

-- A projector of before would not say which version is shown; so it stops instead, at a name that is gone.
ALTER TABLE models.agent_details RENAME COLUMN updated_position TO changed_position;

-- What lists show, in the orders they show it, however many agents are not listed.
CREATE INDEX agent_summaries_listed_recent ON models.agent_summaries (updated_position) WHERE listed;
CREATE INDEX agent_summaries_listed_names ON models.agent_summaries (key) WHERE listed;

-- What lists show of the agents that are listed, and what they are searched by.
CREATE VIEW models.listed_agents AS
SELECT a.key, a.agent_id, coalesce(u.name, '') AS username, coalesce(a.latest_version, '') AS latest_version, a.has_wasm,
       coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary, coalesce(a.category, '') AS shown_category,
       a.created, a.updated, a.updated_position, a.category, a.words
FROM models.agent_summaries a
LEFT JOIN models.usernames u ON u.person = a.owner
WHERE a.listed;
GRANT SELECT ON models.listed_agents TO marketplace_queries;
