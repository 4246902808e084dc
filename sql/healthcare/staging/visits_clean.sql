-- A visit a row. A measurement that no living person has, and a fee fifty times what is usual for such visits, is unknown.
WITH once AS (
    SELECT DISTINCT ON (visit_id) * FROM visits WHERE visited_at < CAST($as_of AS TIMESTAMP) ORDER BY visit_id, visited_at
),
usual AS (
    SELECT kind, approx_median(abs(fee)) AS fee FROM once WHERE fee IS NOT NULL GROUP BY kind
)
SELECT
    o.visit_id,
    p.customer_id,
    o.visited_at,
    coalesce(o.department, 'unknown') AS department,
    o.kind,
    CASE WHEN o.systolic BETWEEN 60 AND 260 THEN o.systolic END AS systolic,
    CASE WHEN o.diastolic BETWEEN 30 AND 160 THEN o.diastolic END AS diastolic,
    CASE WHEN o.glucose BETWEEN 1 AND 40 THEN o.glucose END AS glucose,
    CASE WHEN abs(o.fee) <= 50 * u.fee THEN abs(o.fee) END AS fee
FROM once AS o
JOIN pseudonyms AS p ON p.raw_account_id = o.account_id
LEFT JOIN usual AS u ON u.kind = o.kind
