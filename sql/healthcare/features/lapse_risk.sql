-- How probable it is that a patient will fetch drugs for less than half of the next 90 days.
SELECT customer_id, CASE WHEN CAST(prediction AS BOOLEAN) THEN probability ELSE 1 - probability END AS lapse_probability
FROM ml_predict('healthcare_lapse', (SELECT * FROM lapse_examples WHERE as_seen = 'now'))
