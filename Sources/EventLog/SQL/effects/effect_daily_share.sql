-- check: so many a day.
SELECT x.command, 'daily-share-taken' AS reason
FROM effects AS x
JOIN vault.daily_shares s ON s.day = x.day AND s.subject = x.subject
WHERE s.taken >= x.most
-- do
INSERT INTO vault.daily_shares (day, subject, taken)
SELECT x.day, x.subject, 1 FROM effects AS x
ON CONFLICT (day, subject) DO UPDATE SET taken = daily_shares.taken + 1
