-- title: Who is still there
-- section: Retention
-- chart: heatmap
-- x: months_since
-- y: cohort
-- value: share
-- format: percent
-- note: Of the customers who joined in a month, the share that logged in so many months later.
SELECT to_char(cohort, '%Y-%m') AS cohort, months_since, share FROM internet_retention
WHERE months_since <= 12 AND cohort >= CAST($as_of AS DATE) - INTERVAL '13 months' AND months_since > 0
ORDER BY cohort, months_since
