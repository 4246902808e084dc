-- What was done, an event a row. Before the sign-up the device tells whose doing it was. A stay longer than four hours was an
-- open window: its length is unknown.
SELECT
    e.event_id,
    coalesce(a.customer_id, d.customer_id) AS customer_id,
    e.ts,
    e.type,
    e.feature,
    CASE WHEN abs(e.duration_s) <= 14400 THEN abs(e.duration_s) END AS seconds,
    e.platform
FROM (SELECT DISTINCT * FROM events WHERE ts < CAST($as_of AS TIMESTAMP)) AS e
LEFT JOIN customer_ids AS a ON a.account_id = e.account_id
LEFT JOIN device_customers AS d ON e.device_id = d.device_id
WHERE coalesce(a.customer_id, d.customer_id) IS NOT NULL
