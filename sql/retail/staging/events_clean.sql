-- What was done on the site and in the app, an event a row. Before a log-in the device tells whose doing it was.
SELECT
    e.event_id,
    coalesce(a.customer_id, d.customer_id) AS customer_id,
    e.ts,
    e.type,
    e.page,
    e.product_id,
    e.channel
FROM (SELECT DISTINCT * FROM events WHERE ts < CAST($as_of AS TIMESTAMP)) AS e
LEFT JOIN customer_ids AS a USING (account_id)
LEFT JOIN device_customers AS d ON e.device_id = d.device_id
WHERE coalesce(a.customer_id, d.customer_id) IS NOT NULL
