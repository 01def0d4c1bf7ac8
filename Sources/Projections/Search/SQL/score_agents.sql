-- The score of each agent: readers of the 90 days up to a day and stars by their logarithm, ratings drawn towards the middle
-- while they are few, and how recently it was published, which halves with every half year.
INSERT INTO models.search_scores (generation, key, score, place)
SELECT $1::integer, o.key, o.score, row_number() OVER (ORDER BY o.score DESC, o.key)
FROM (
    SELECT a.key,
           greatest(500, least(2000, round(
               800
               + 500 * least(1, ln(1 + coalesce(r.readers, 0)) / ln(1 + 100000))
               + 200 * least(1, ln(1 + c.stars) / ln(1 + 10000))
               + 150 * ((5 * 3.5 + c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives)
                        / (5 + c.ones + c.twos + c.threes + c.fours + c.fives) - 3) / 2
               + 150 * power(0.5, greatest(0, date '1970-01-01' + $2::integer - a.updated::date) / 182.0))))::integer AS score
    FROM agents a
    JOIN agent_counters c ON c.key = a.key
    LEFT JOIN (
        SELECT d.key, sum(d.readers) AS readers
        FROM daily_downloads d
        WHERE d.day > date '1970-01-01' + $2::integer - 90 AND d.day <= date '1970-01-01' + $2::integer
        GROUP BY d.key
    ) r ON r.key = a.key
) o
