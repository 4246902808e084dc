-- When and where a customer is there. Hours, weekdays and platforms are shares of the events.
WITH weekly AS (
    SELECT customer_id, date_trunc('week', ts) AS week, count(*) AS events FROM events_clean
    WHERE ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '180 days' GROUP BY customer_id, week
),
trends AS (
    SELECT customer_id, trend(week, events) * 7 AS weekly_trend FROM weekly GROUP BY customer_id
)
SELECT
    b.customer_id,
    b.s['sessions'] AS sessions,
    b.s['active_days'] AS active_days,
    b.s['last'] AS last_seen_at,
    b.s['mean_seconds'] AS session_seconds,
    b.s['days_between'] AS days_between_sessions,
    b.first_seen_at,
    b.logins,
    b.logins_30_days,
    b.last_login_at,
    date_part('day', CAST($as_of AS TIMESTAMP) - b.last_login_at) AS days_since_login,
    b.hours,
    b.weekdays,
    b.platforms,
    t.weekly_trend
FROM (
    SELECT
        customer_id,
        session_stats(ts) AS s,
        shares(f['hour'], range(0, 24)) AS hours,
        shares(f['day_of_week'], range(1, 8)) AS weekdays,
        shares(platform, ['web', 'ios', 'android', 'desktop']) AS platforms,
        min(ts) AS first_seen_at,
        count(*) FILTER (WHERE type = 'login') AS logins,
        count(*) FILTER (WHERE type = 'login' AND ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '30 days') AS logins_30_days,
        max(ts) FILTER (WHERE type = 'login') AS last_login_at
    FROM (SELECT *, time_features(ts) AS f FROM events_clean)
    GROUP BY customer_id
) AS b
LEFT JOIN trends AS t ON t.customer_id = b.customer_id
