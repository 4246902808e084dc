-- How good the model is on the fifth customer, whom it has not seen.
SELECT 'internet_churn' AS model, metric, value
FROM ml_evaluate(
    'internet_churn',
    (SELECT * FROM churn_examples WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'test')
)
