-- The plan of each customer: the highest that still runs, or free; and what was paid so far.
SELECT
    s.customer_id,
    coalesce(
        last_value(s.plan ORDER BY s.monthly_price, s.started_at) FILTER (WHERE s.runs AND s.plan <> 'free'),
        'free'
    ) AS plan,
    coalesce(sum(s.monthly_price) FILTER (WHERE s.runs), 0) AS monthly_price,
    coalesce(max(s.seats) FILTER (WHERE s.runs), 1) AS seats,
    sum(s.monthly_price * s.days / 30.44) AS paid_to_date,
    max(CAST(s.plan <> 'free' AS INT)) = 1 AS has_paid
FROM (
    SELECT
        *,
        ended_at IS NULL OR ended_at >= CAST($as_of AS TIMESTAMP) AS runs,
        date_part('epoch', least(coalesce(ended_at, CAST($as_of AS TIMESTAMP)), CAST($as_of AS TIMESTAMP)) - started_at) / 86400 AS days
    FROM subscriptions_clean
) AS s
GROUP BY s.customer_id
