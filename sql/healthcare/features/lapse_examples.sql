-- What was known of each patient on drugs for chronic conditions, and of days in the past whether the drugs were fetched for less
-- than half of the 90 days after.
SELECT
    as_seen,
    customer_id,
    conditions,
    coalesce(share, 0.5) AS share,
    ln(1 + days) AS days,
    ln(1 + fills) AS fills,
    ln(1 + coalesce(days_since_fill, 365)) AS days_since_fill,
    CASE WHEN as_seen <> 'now' THEN share_after < 0.5 END AS lapsed
FROM covered
WHERE as_seen = 'now' OR days_after >= 45
