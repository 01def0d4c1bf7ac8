-- Lines that were taken already.
SELECT t.id::text FROM vault.download_lines t WHERE t.id = ANY ($1)
