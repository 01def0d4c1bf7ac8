-- The entries that say which entries projections skip.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM log.identity i
JOIN log.streams s ON s.id = encode(substring(sha256(convert_to('log/' || i.id, 'UTF8')) FOR 16), 'hex')::uuid
JOIN log.events e ON e.position = s.position
WHERE e.type = 'projection.skipped.v1'
ORDER BY e.position
