-- When and where a customer is active. Hours and weekdays are shares of the events.
WITH weekly AS (
    SELECT customer_id, date_trunc('week', ts) AS week, count(*) AS events FROM events_clean GROUP BY customer_id, week
),
trends AS (
    SELECT customer_id, trend(week, events) * 7 AS weekly_trend FROM weekly
    WHERE week >= CAST($as_of AS TIMESTAMP) - INTERVAL '180 days' GROUP BY customer_id
)
SELECT
    b.customer_id,
    b.s['sessions'] AS sessions,
    b.s['active_days'] AS active_days,
    b.s['last'] AS last_seen_at,
    b.s['mean_seconds'] AS session_seconds,
    b.s['days_between'] AS days_between_sessions,
    b.hours,
    b.weekdays,
    b.channels[2] AS app_share,
    b.pages,
    b.events_30_days,
    b.carts,
    b.checkouts,
    t.weekly_trend
FROM (
    SELECT
        customer_id,
        session_stats(ts) AS s,
        shares(f['hour'], range(0, 24)) AS hours,
        shares(f['day_of_week'], range(1, 8)) AS weekdays,
        shares(channel, ['web', 'app']) AS channels,
        top_k(page, k => 3) AS pages,
        count(*) FILTER (WHERE ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '30 days') AS events_30_days,
        count(*) FILTER (WHERE type = 'cart') AS carts,
        count(*) FILTER (WHERE type = 'checkout') AS checkouts
    FROM (SELECT *, time_features(ts) AS f FROM events_clean)
    GROUP BY customer_id
) AS b
LEFT JOIN trends AS t USING (customer_id)
