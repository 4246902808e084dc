-- Whether a customer is still there: BG/NBD over the days with a log-in, as if these were purchases.
WITH rhythm AS (
    SELECT
        customer_id,
        count(*) - 1 AS frequency,
        date_part('epoch', max(day) - min(day)) / 86400 AS recency,
        date_part('epoch', CAST($as_of AS TIMESTAMP) - min(day)) / 86400 AS age
    FROM (SELECT DISTINCT customer_id, date_trunc('day', ts) AS day FROM events_clean WHERE type IN ('login', 'signup'))
    GROUP BY customer_id
),
model AS (
    SELECT clv_fit(frequency, recency, age) AS m FROM rhythm
)
SELECT r.customer_id, p_alive(model.m, r.frequency, r.recency, r.age) AS p_alive
FROM rhythm AS r CROSS JOIN model
