-- What was known of each customer on six days: today, and five days before of which it is known whether the customer logged in in
-- the next 30.
WITH cutoffs AS (
    SELECT CAST($as_of AS TIMESTAMP) AS cutoff, 'now' AS as_seen
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '30 days', '30 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '60 days', '60 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '90 days', '90 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '120 days', '120 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '180 days', '180 days ago'
),
seen AS (
    SELECT
        c.as_seen, c.cutoff, e.customer_id,
        count(*) FILTER (WHERE e.type = 'login' AND e.ts < c.cutoff) AS logins,
        count(*) FILTER (WHERE e.type = 'login' AND e.ts < c.cutoff AND e.ts >= c.cutoff - INTERVAL '14 days') AS logins_14,
        count(*) FILTER (WHERE e.type = 'login' AND e.ts < c.cutoff AND e.ts >= c.cutoff - INTERVAL '30 days') AS logins_30,
        count(*) FILTER (WHERE e.type = 'login' AND e.ts < c.cutoff AND e.ts >= c.cutoff - INTERVAL '90 days') AS logins_90,
        count(*) FILTER (WHERE e.type = 'feature' AND e.ts < c.cutoff AND e.ts >= c.cutoff - INTERVAL '30 days') AS uses_30,
        count(*) FILTER (WHERE e.type = 'error' AND e.ts < c.cutoff AND e.ts >= c.cutoff - INTERVAL '30 days') AS errors_30,
        count(DISTINCT s.step_no) FILTER (WHERE e.ts < c.cutoff) AS steps,
        date_part('epoch', c.cutoff - max(e.ts) FILTER (WHERE e.ts < c.cutoff)) / 86400 AS days_unseen,
        date_part('epoch', c.cutoff - min(e.ts)) / 86400 AS tenure,
        count(*) FILTER (WHERE e.type = 'login' AND e.ts >= c.cutoff AND e.ts < c.cutoff + INTERVAL '30 days') AS later
    FROM events_clean AS e
    CROSS JOIN cutoffs AS c
    LEFT JOIN funnel_steps AS s ON s.step = e.type
    GROUP BY c.as_seen, c.cutoff, e.customer_id
),
said AS (
    SELECT c.as_seen, v.customer_id, avg(v.score) AS sentiment
    FROM voice AS v CROSS JOIN cutoffs AS c
    WHERE v.written_at < c.cutoff
    GROUP BY c.as_seen, v.customer_id
),
paying AS (
    SELECT c.as_seen, s.customer_id, 1 AS pays
    FROM subscriptions_clean AS s CROSS JOIN cutoffs AS c
    WHERE s.plan <> 'free' AND s.started_at < c.cutoff AND (s.ended_at IS NULL OR s.ended_at >= c.cutoff)
    GROUP BY c.as_seen, s.customer_id
)
SELECT
    b.as_seen,
    b.customer_id,
    ln(1 + b.logins) AS logins,
    ln(1 + b.logins_14) AS logins_14,
    ln(1 + b.logins_30) AS logins_30,
    ln(1 + b.logins_90) AS logins_90,
    ln(1 + b.uses_30) AS uses_30,
    ln(1 + b.errors_30) AS errors_30,
    b.logins_30 / (b.logins_90 / 3.0 + 1) AS activity_change,
    b.steps,
    ln(1 + b.days_unseen) AS days_unseen,
    ln(1 + b.tenure) AS tenure,
    b.days_unseen / (b.tenure / (b.logins + 1) + 1) AS overdue,
    coalesce(p.pays, 0) AS pays,
    coalesce(t.sentiment, 0) AS sentiment,
    CASE WHEN b.as_seen <> 'now' THEN b.later = 0 END AS churned
FROM seen AS b
LEFT JOIN said AS t ON t.as_seen = b.as_seen AND t.customer_id = b.customer_id
LEFT JOIN paying AS p ON p.as_seen = b.as_seen AND p.customer_id = b.customer_id
WHERE b.days_unseen IS NOT NULL
