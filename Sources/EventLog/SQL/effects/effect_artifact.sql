-- check: a lease that the sweep has locked counts as gone. Nobody publishes a file that is held as malware, in any role.
WITH named AS MATERIALIZED (
    SELECT x.command, x.sha256 FROM effects AS x
), held AS MATERIALIZED (
    SELECT l.sha256 FROM vault.artifact_leases l
    WHERE l.sha256 IN (SELECT n.sha256 FROM named n)
    FOR KEY SHARE SKIP LOCKED
)
SELECT DISTINCT n.command, 'artifact-unleased' AS reason
FROM named n
WHERE n.sha256 NOT IN (SELECT h.sha256 FROM held h)
UNION ALL
SELECT DISTINCT n.command, 'artifact-held' AS reason
FROM named n
WHERE EXISTS (SELECT FROM vault.held_files f WHERE f.sha256 = n.sha256)
-- do
INSERT INTO vault.artifact_names (sha256)
SELECT DISTINCT x.sha256 FROM effects AS x
ON CONFLICT (sha256) DO NOTHING
