-- A name for each group: the three traits in which it differs most from everybody, in standard deviations. A pipeline brings
-- `group_values`: customer_id, value, and what a high and a low value is called.
WITH everybody_else AS (
    SELECT high, avg(value) AS mean, stddev(value) AS deviation FROM group_values GROUP BY high
),
differences AS (
    SELECT m.group_no, g.high, g.low, (avg(g.value) - min(e.mean)) / nullif(min(e.deviation), 0) AS difference
    FROM group_values AS g
    JOIN group_members AS m ON m.customer_id = g.customer_id
    JOIN everybody_else AS e ON e.high = g.high
    GROUP BY m.group_no, g.high, g.low
),
traits AS (
    SELECT group_no, array_agg(CASE WHEN difference > 0 THEN high ELSE low END ORDER BY abs(difference) DESC, high) AS traits
    FROM differences WHERE difference IS NOT NULL GROUP BY group_no
)
SELECT group_no, concat_ws(', ', traits[1], traits[2], traits[3]) AS name FROM traits
