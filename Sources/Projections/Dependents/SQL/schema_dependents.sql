-- Which version needs which agent, in which range.
CREATE TABLE dependents (
    target     text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    is_peer    boolean NOT NULL,
    range      text COLLATE "C" NOT NULL,
    PRIMARY KEY (target, key, precedence, is_peer)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON dependents TO marketplace_projectors;
GRANT SELECT ON dependents TO marketplace_queries;
