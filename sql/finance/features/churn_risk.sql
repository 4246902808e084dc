-- Who will neither pay nor be paid for 90 days, as a probability.
SELECT customer_id, CASE WHEN CAST(prediction AS BOOLEAN) THEN probability ELSE 1 - probability END AS churn_probability
FROM ml_predict('finance_churn', (SELECT * FROM churn_examples WHERE as_seen = 'now'))
