-- Devices of one customer alone: what was done on one before the log-in was that customer's doing.
SELECT device_id, min(customer_id) AS customer_id
FROM contacts JOIN customer_ids USING (account_id)
WHERE device_id IS NOT NULL
GROUP BY device_id
HAVING count(DISTINCT customer_id) = 1
