-- Names that follow from the log. Those of people do not.
DELETE FROM vault.names WHERE space = 'agents' OR holder LIKE 'namespace/%'
