-- The index as installers read it; every front copies it to its disk.
CREATE TABLE models.index_documents (
    key      text COLLATE "C" PRIMARY KEY,
    document bytea NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX index_documents_position ON models.index_documents (position);
-- Pages with older versions, as documents link to them. Rows are inserted and deleted.
CREATE TABLE models.index_pages (
    key      text COLLATE "C" NOT NULL,
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    document bytea NOT NULL,
    PRIMARY KEY (key, digest)
);
CREATE INDEX index_pages_digest ON models.index_pages (digest);
GRANT SELECT, INSERT, UPDATE, DELETE ON models.index_documents TO marketplace_projectors;
GRANT SELECT, INSERT, DELETE ON models.index_pages TO marketplace_projectors;
GRANT SELECT ON models.index_documents, models.index_pages TO marketplace_queries;
