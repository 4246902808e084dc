-- How good the model of churn is on the fifth customer, whom it has not seen.
SELECT 'retail_churn' AS model, metric, value
FROM ml_evaluate(
    'retail_churn',
    (SELECT * FROM churn_examples WHERE as_seen = 'then' AND data_split(customer_id, [0.8, 0.2]) = 'test')
)
