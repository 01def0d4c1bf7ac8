-- The index as installers read it; every front copies it to its disk.
CREATE TABLE index_documents (
    key      text COLLATE "C" PRIMARY KEY,
    document bytea NOT NULL,
    position bigint NOT NULL
);
-- Pages with older versions, as documents link to them. Rows are inserted and deleted.
CREATE TABLE index_pages (
    key      text COLLATE "C" NOT NULL,
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    document bytea NOT NULL,
    PRIMARY KEY (key, digest)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON index_documents TO marketplace_projectors;
GRANT SELECT, INSERT, DELETE ON index_pages TO marketplace_projectors;
GRANT SELECT ON index_documents, index_pages TO marketplace_queries;
