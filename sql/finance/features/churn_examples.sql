-- What was known of each customer on four days: today, and three days before of which it is known whether the customer did
-- anything in the next 90.
WITH cutoffs AS (
    SELECT CAST($as_of AS TIMESTAMP) AS cutoff, 'now' AS as_seen
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '90 days', '90 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '180 days', '180 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '270 days', '270 days ago'
),
moved AS (
    SELECT
        c.as_seen, t.customer_id,
        count(*) FILTER (WHERE t.ts < c.cutoff) AS transactions,
        count(*) FILTER (WHERE t.ts < c.cutoff AND t.ts >= c.cutoff - INTERVAL '30 days') AS transactions_30,
        count(*) FILTER (WHERE t.ts < c.cutoff AND t.ts >= c.cutoff - INTERVAL '90 days') AS transactions_90,
        count(*) FILTER (WHERE t.category = 'salary' AND t.ts < c.cutoff AND t.ts >= c.cutoff - INTERVAL '45 days') AS salaries,
        date_part('epoch', c.cutoff - max(t.ts) FILTER (WHERE t.ts < c.cutoff)) / 86400 AS days_unseen,
        date_part('epoch', c.cutoff - min(t.ts)) / 86400 AS tenure,
        count(*) FILTER (WHERE t.ts >= c.cutoff AND t.ts < c.cutoff + INTERVAL '90 days') AS later
    FROM transactions_clean AS t CROSS JOIN cutoffs AS c
    WHERE t.category NOT IN ('interest', 'loan')
    GROUP BY c.as_seen, c.cutoff, t.customer_id
)
SELECT
    as_seen,
    customer_id,
    ln(1 + transactions) AS transactions,
    ln(1 + transactions_30) AS transactions_30,
    ln(1 + transactions_90) AS transactions_90,
    transactions_30 / (transactions_90 / 3.0 + 1) AS activity_change,
    least(salaries, 1) AS has_salary,
    ln(1 + days_unseen) AS days_unseen,
    ln(1 + tenure) AS tenure,
    CASE WHEN as_seen <> 'now' THEN later = 0 END AS churned
FROM moved
WHERE transactions > 0
