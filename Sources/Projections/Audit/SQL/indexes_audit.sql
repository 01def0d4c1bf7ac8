-- What only readers go along; a build gets it once its rows are there.
CREATE INDEX IF NOT EXISTS audit_entries_actor ON audit_entries (actor, position) WHERE actor IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_entries_actor_stream ON audit_entries (actor, stream, position) WHERE actor IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_entries_token ON audit_entries (token, position) WHERE token IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_entries_agent ON audit_entries (agent, position) WHERE agent IS NOT NULL;
