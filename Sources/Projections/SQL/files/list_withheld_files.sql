SELECT sha256, kind, reason, since FROM models.withheld_files ORDER BY sha256
