-- What only readers go along; a build gets it once its rows are there.
CREATE INDEX IF NOT EXISTS index_documents_position ON index_documents (position);
CREATE INDEX IF NOT EXISTS index_pages_digest ON index_pages (digest);
