-- Credentials that were issued with the scope admin, to others than somebody.
SELECT token FROM vault.tokens WHERE is_admin AND person <> $1 ORDER BY issued DESC LIMIT 1000
