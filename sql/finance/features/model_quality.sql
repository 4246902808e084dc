-- How good the models are on the fifth customer, whom they have not seen.
SELECT 'finance_default' AS model, metric, value
FROM ml_evaluate(
    'finance_default',
    (SELECT * FROM default_examples WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'test')
)
UNION ALL
SELECT 'finance_churn' AS model, metric, value
FROM ml_evaluate(
    'finance_churn',
    (SELECT * FROM churn_examples WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'test')
)
