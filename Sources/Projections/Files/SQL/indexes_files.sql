-- What only readers go along; a build gets it once its rows are there.
CREATE INDEX IF NOT EXISTS files_position ON files (position, sha256);
