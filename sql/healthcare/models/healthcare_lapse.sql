-- Who will fetch drugs for less than half of the next 90 days, learned from four patients in five.
CREATE OR REPLACE MODEL healthcare_lapse
OPTIONS (model_type = 'logistic_reg', label = 'lapsed', l2 = [0.1, 1, 10])
AS SELECT conditions, share, days, fills, days_since_fill, lapsed
FROM lapse_examples
WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'train'
