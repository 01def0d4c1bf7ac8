-- do
INSERT INTO vault.pending_flags (id, about, target, reason, words, raised)
SELECT x.id, x.about, x.target, x.reason, nullif(x.words, ''), to_timestamp(x.raised / 1000.0)
FROM effects AS x
ON CONFLICT (id) DO NOTHING
