-- Retention: of the customers who joined in a month, those who logged in so many whole months later.
WITH joined AS (
    SELECT customer_id, date_trunc('month', joined_at) AS cohort FROM everybody WHERE joined_at < CAST($as_of AS TIMESTAMP)
),
months AS (
    SELECT DISTINCT customer_id, date_trunc('month', ts) AS month FROM events_clean WHERE type IN ('login', 'signup')
),
sizes AS (
    SELECT cohort, count(*) AS customers FROM joined GROUP BY cohort
),
there AS (
    SELECT
        j.cohort,
        CAST((date_part('year', m.month) - date_part('year', j.cohort)) * 12
            + date_part('month', m.month) - date_part('month', j.cohort) AS BIGINT) AS months_since,
        count(*) AS active
    FROM joined AS j JOIN months AS m ON m.customer_id = j.customer_id
    WHERE m.month >= j.cohort
    GROUP BY 1, 2
)
SELECT CAST(t.cohort AS DATE) AS cohort, t.months_since, s.customers, t.active, t.active / CAST(s.customers AS DOUBLE) AS share
FROM there AS t JOIN sizes AS s ON s.cohort = t.cohort
