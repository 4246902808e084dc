-- Which borrowers will be 90 days late with an instalment within 180 days, as a probability.
SELECT customer_id, CASE WHEN CAST(prediction AS BOOLEAN) THEN probability ELSE 1 - probability END AS default_probability
FROM ml_predict('finance_default', (SELECT * FROM default_examples WHERE as_seen = 'now'))
