-- Of the keys of listed agents the first one and each that is so many behind.
SELECT key FROM (SELECT key, row_number() OVER (ORDER BY key) AS place FROM agents WHERE listed) keys
WHERE place % $1 = 1 ORDER BY key LIMIT 50000
