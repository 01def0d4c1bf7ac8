-- How far the log is in topics of Kafka, and who relays it there.
CREATE SCHEMA relay;
GRANT USAGE ON SCHEMA relay
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers;

-- A row for each topic. The relay whose epoch this is holds the topic until it was not seen for some seconds; epoch rises
-- whenever another one takes over. next is the first position that was not delivered, last the position of the last
-- delivered entry of each slice, or -1, ends the offset that each partition has reached.
CREATE TABLE relay.topics (
    topic  text COLLATE "C" PRIMARY KEY CHECK (length(topic) BETWEEN 1 AND 249),
    epoch  bigint NOT NULL DEFAULT 0,
    holder text COLLATE "C" NOT NULL DEFAULT '',
    seen   timestamptz NOT NULL DEFAULT clock_timestamp(),
    next   bigint NOT NULL DEFAULT 0 CHECK (next >= 0),
    last   bigint[] NOT NULL CHECK (cardinality(last) = 64),
    ends   bigint[] NOT NULL DEFAULT array_fill(0::bigint, ARRAY[64]) CHECK (cardinality(ends) = 64),
    moved  timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON relay.topics
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT SELECT, INSERT, UPDATE ON relay.topics TO marketplace_relays;
