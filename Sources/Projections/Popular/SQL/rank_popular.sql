-- The lists of a generation over the 7, 30 or 90 days up to a day. Growth is that of the readers of 7 days against a week of the
-- four before, each with 20 more, so that little does not win; who has no 20 grows by nothing.
WITH counted AS (
    SELECT d.key,
           sum(d.downloads) FILTER (WHERE d.day > p.day - 7) AS downloads_7,
           sum(d.readers) FILTER (WHERE d.day > p.day - 7) AS readers_7,
           sum(d.downloads) FILTER (WHERE d.day > p.day - 30) AS downloads_30,
           sum(d.readers) FILTER (WHERE d.day > p.day - 30) AS readers_30,
           sum(d.downloads) AS downloads_90, sum(d.readers) AS readers_90,
           coalesce(sum(d.readers) FILTER (WHERE d.day <= p.day - 7 AND d.day > p.day - 35), 0) AS readers_before
    FROM (SELECT date '1970-01-01' + $2::integer AS day) p
    JOIN daily_downloads d ON d.day > p.day - 90 AND d.day <= p.day
    GROUP BY d.key
), grown AS (
    SELECT c.*, a.category_form AS category,
           CASE WHEN c.readers_7 >= 20 THEN div((c.readers_7 + 20) * 400, c.readers_before + 80) ELSE 0 END AS growth
    FROM counted c
    JOIN agent_search a ON a.key = c.key
), listed AS (
    SELECT g.key, g.category, l.list, l.days, coalesce(l.downloads, 0) AS downloads, coalesce(l.readers, 0) AS readers, g.growth,
           l.weight
    FROM grown g
    CROSS JOIN LATERAL (VALUES
        ('downloads', 7, g.downloads_7, g.readers_7, g.downloads_7), ('readers', 7, g.downloads_7, g.readers_7, g.readers_7),
        ('downloads', 30, g.downloads_30, g.readers_30, g.downloads_30),
        ('readers', 30, g.downloads_30, g.readers_30, g.readers_30),
        ('downloads', 90, g.downloads_90, g.readers_90, g.downloads_90),
        ('readers', 90, g.downloads_90, g.readers_90, g.readers_90),
        ('trending', 7, g.downloads_7, g.readers_7, CASE WHEN g.growth > 100 THEN g.growth END)
    ) AS l (list, days, downloads, readers, weight)
    WHERE l.weight > 0
), ranked AS (
    SELECT l.*, row_number() OVER (PARTITION BY l.list, l.days ORDER BY l.weight DESC, l.key) AS rank,
           row_number() OVER (PARTITION BY l.list, l.days, l.category ORDER BY l.weight DESC, l.key) AS rank_of_category
    FROM listed l
)
INSERT INTO models.popular_agents (generation, list, days, category, rank, key, downloads, readers, growth)
SELECT $1::integer, r.list, r.days, '', r.rank, r.key, r.downloads, r.readers, r.growth
FROM ranked r WHERE r.rank <= 500
UNION ALL
SELECT $1::integer, r.list, r.days, r.category, r.rank_of_category, r.key, r.downloads, r.readers, r.growth
FROM ranked r WHERE r.category <> '' AND r.rank_of_category <= 500
