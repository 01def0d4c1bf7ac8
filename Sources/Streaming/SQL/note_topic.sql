-- A topic to which nothing was relayed yet.
INSERT INTO relay.topics (topic, last) VALUES ($1, array_fill(-1::bigint, ARRAY[64])) ON CONFLICT (topic) DO NOTHING
