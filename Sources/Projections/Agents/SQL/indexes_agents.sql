-- Indexes that only queries use; a build gets them once its rows are there.
CREATE INDEX IF NOT EXISTS agents_listed_recent ON agents (updated_position) WHERE listed;
CREATE INDEX IF NOT EXISTS agents_listed_new ON agents (created, key) WHERE listed;
CREATE INDEX IF NOT EXISTS agents_listed_owner ON agents (owner, key) WHERE listed;
CREATE INDEX IF NOT EXISTS agents_listed_names ON agents (key) WHERE listed;
CREATE INDEX IF NOT EXISTS agent_counters_stars ON agent_counters ((-stars), key) WHERE listed;
CREATE INDEX IF NOT EXISTS agent_counters_rated ON agent_counters ((-rated), key) WHERE listed;
CREATE INDEX IF NOT EXISTS agent_counters_readers ON agent_counters ((-readers), key) WHERE listed;
CREATE INDEX IF NOT EXISTS agent_counters_judged ON agent_counters (key)
    WHERE listed AND ones + twos + threes + fours + fives > 0;
CREATE INDEX IF NOT EXISTS agent_versions_publisher ON agent_versions (publisher);
CREATE INDEX IF NOT EXISTS agent_owners_person ON agent_owners (person, key);
CREATE INDEX IF NOT EXISTS reviews_recent ON reviews (key, position);
CREATE INDEX IF NOT EXISTS reviews_rating ON reviews (key, rating, position);
CREATE INDEX IF NOT EXISTS reviews_helpful ON reviews (key, helpful, position);
CREATE INDEX IF NOT EXISTS stars_recent ON stars (key, position);
CREATE INDEX IF NOT EXISTS daily_downloads_day ON daily_downloads (day);
