-- What the rows for search are made of, of some agents. is_shown is false for one that search may not show.
SELECT a.key, a.agent_id, a.owner, a.is_deprecated OR a.is_withheld AS is_down, a.has_wasm,
       a.listed AND NOT a.is_quarantined AS is_shown, v.data, v.listing
FROM agents a
JOIN agent_versions v ON v.key = a.key AND v.precedence = a.shown_precedence
WHERE a.key = ANY ($1)
