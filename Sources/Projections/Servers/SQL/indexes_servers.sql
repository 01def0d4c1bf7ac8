;
CREATE INDEX IF NOT EXISTS servers_latest ON servers (key) WHERE is_latest;
CREATE INDEX IF NOT EXISTS servers_updated ON servers (updated, changed, key, precedence);
