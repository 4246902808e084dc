-- How probable it is that a customer does not log in for 30 days from now.
SELECT customer_id, CASE WHEN CAST(prediction AS BOOLEAN) THEN probability ELSE 1 - probability END AS churn_probability
FROM ml_predict('internet_churn', (SELECT * FROM churn_examples WHERE as_seen = 'now'))
