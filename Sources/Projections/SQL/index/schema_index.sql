-- The index as installers read it; every front copies it to its disk.
CREATE TABLE models.index_documents (
    key      text COLLATE "C" PRIMARY KEY,
    document bytea NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX index_documents_position ON models.index_documents (position);
GRANT SELECT, INSERT, UPDATE, DELETE ON models.index_documents TO marketplace_projectors;
GRANT SELECT ON models.index_documents TO marketplace_queries;
