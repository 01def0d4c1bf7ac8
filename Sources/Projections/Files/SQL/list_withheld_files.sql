SELECT sha256, kind, reason, since FROM withheld_files ORDER BY sha256
