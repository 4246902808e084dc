-- Days covered by drugs for chronic conditions, of the days for which they were prescribed, seen from four days: today, and three
-- before, of which the 90 days after are known as well.
WITH cutoffs AS (
    SELECT CAST($as_of AS TIMESTAMP) AS cutoff, 'now' AS as_seen
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '90 days', '90 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '180 days', '180 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '270 days', '270 days ago'
),
wanted AS (
    SELECT
        c.as_seen, c.cutoff, p.customer_id,
        sum(greatest(date_part('epoch', least(p.ends_at, c.cutoff) - p.starts_at) / 86400, 0)) AS days,
        sum(greatest(date_part('epoch', least(p.ends_at, c.cutoff + INTERVAL '90 days') - greatest(p.starts_at, c.cutoff)) / 86400, 0))
            AS days_after,
        count(DISTINCT p.condition) AS conditions
    FROM prescriptions_clean AS p CROSS JOIN cutoffs AS c
    WHERE p.starts_at < c.cutoff
    GROUP BY c.as_seen, c.cutoff, p.customer_id
),
fetched AS (
    SELECT
        c.as_seen, f.customer_id,
        sum(CASE WHEN f.filled_at < c.cutoff THEN
            greatest(least(f.days, date_part('epoch', least(f.ends_at, c.cutoff) - f.filled_at) / 86400), 0) END) AS days,
        sum(greatest(date_part('epoch',
            least(f.filled_at + CAST(f.days || ' days' AS INTERVAL), f.ends_at, c.cutoff + INTERVAL '90 days')
            - greatest(f.filled_at, c.cutoff)) / 86400, 0)) AS days_after,
        count(*) FILTER (WHERE f.filled_at < c.cutoff) AS fills,
        max(f.filled_at) FILTER (WHERE f.filled_at < c.cutoff) AS last_fill_at
    FROM fills_clean AS f JOIN prescriptions_clean AS p ON p.prescription_id = f.prescription_id CROSS JOIN cutoffs AS c
    WHERE p.starts_at < c.cutoff
    GROUP BY c.as_seen, f.customer_id
)
SELECT
    w.as_seen,
    w.customer_id,
    w.conditions,
    w.days,
    w.days_after,
    least(coalesce(f.days, 0) / nullif(w.days, 0), 1) AS share,
    least(coalesce(f.days_after, 0) / nullif(w.days_after, 0), 1) AS share_after,
    coalesce(f.fills, 0) AS fills,
    date_part('epoch', w.cutoff - f.last_fill_at) / 86400 AS days_since_fill
FROM wanted AS w LEFT JOIN fetched AS f ON f.as_seen = w.as_seen AND f.customer_id = w.customer_id
