-- What only readers go along; a build gets it once its rows are there.
CREATE INDEX IF NOT EXISTS publishers_folded ON publishers (folded) WHERE folded IS NOT NULL;
