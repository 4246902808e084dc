-- How good the model is on the fifth patient, whom it has not seen.
SELECT 'healthcare_lapse' AS model, metric, value
FROM ml_evaluate(
    'healthcare_lapse',
    (SELECT * FROM lapse_examples WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'test')
)
