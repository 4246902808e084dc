-- title: How good the models are
-- section: Quality
-- chart: table
-- format: value = auto
-- width: half
-- note: On patients that they have not seen.
SELECT model, metric, round(value, 3) AS value FROM healthcare_model_quality ORDER BY model, metric
