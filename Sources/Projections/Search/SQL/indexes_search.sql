;
CREATE INDEX IF NOT EXISTS agent_search_tokens ON agent_search USING gin (tokens) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS agent_search_owner ON agent_search (owner);
CREATE INDEX IF NOT EXISTS agent_search_category ON agent_search (category_form, category);
CREATE INDEX IF NOT EXISTS agent_search_position ON agent_search (position);
CREATE INDEX IF NOT EXISTS agent_names_name ON agent_names (name, kind, key);
CREATE INDEX IF NOT EXISTS agent_spellings_variants ON agent_spellings USING gin (variants)
    WITH (fastupdate = on, gin_pending_list_limit = 64)
