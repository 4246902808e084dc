-- When and how a customer pays and is paid. Hours, weekdays and channels are shares of the transactions.
WITH weekly AS (
    SELECT customer_id, date_trunc('week', ts) AS week, count(*) AS transactions FROM transactions_clean
    WHERE ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '180 days' GROUP BY customer_id, week
),
trends AS (
    SELECT customer_id, trend(week, transactions) * 7 AS weekly_trend FROM weekly GROUP BY customer_id
)
SELECT
    b.*,
    t.weekly_trend
FROM (
    SELECT
        customer_id,
        count(*) AS transactions,
        count(DISTINCT date_trunc('day', ts)) AS active_days,
        min(ts) AS first_seen_at,
        max(ts) AS last_seen_at,
        date_part('day', CAST($as_of AS TIMESTAMP) - max(ts)) AS days_unseen,
        count(*) FILTER (WHERE ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '30 days') AS transactions_30_days,
        coalesce(sum(amount) FILTER (WHERE direction = 'out'), 0) AS spent,
        count(*) FILTER (WHERE direction = 'out') AS payments,
        shares(f['hour'], range(0, 24)) AS hours,
        shares(f['day_of_week'], range(1, 8)) AS weekdays,
        shares(channel, ['pos', 'online', 'atm', 'transfer']) AS channels
    FROM (SELECT *, time_features(ts) AS f FROM transactions_clean)
    GROUP BY customer_id
) AS b
LEFT JOIN trends AS t ON t.customer_id = b.customer_id
