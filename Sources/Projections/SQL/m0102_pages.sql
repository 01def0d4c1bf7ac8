-- How far the models are that an agent's page and the lists show, for a statement that reads them as well: both are of
-- one moment then.
CREATE VIEW models.agents_reflected AS
SELECT least(
    coalesce((SELECT max(c.position) FROM models.cursors c WHERE c.projection = 'agent_details'), 0),
    coalesce((SELECT max(c.position) FROM models.cursors c WHERE c.projection = 'agent_summaries'), 0),
    coalesce((SELECT max(c.position) FROM models.cursors c WHERE c.projection = 'usernames'), 0)) AS next;
GRANT SELECT ON models.agents_reflected TO marketplace_queries;

-- The version that is shown, without sorting all of an agent's.
CREATE INDEX agent_versions_shown ON models.agent_versions (key, is_release, precedence);
