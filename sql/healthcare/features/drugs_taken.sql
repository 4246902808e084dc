-- The conditions that a patient was prescribed drugs for.
SELECT customer_id, condition, count(*) AS prescriptions, max(ends_at) AS until
FROM prescriptions_clean GROUP BY customer_id, condition
