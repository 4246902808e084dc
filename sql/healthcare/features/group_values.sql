-- What groups are told apart by, a value a row, with the words for a high and a low one.
SELECT customer_id, visits AS value, 'often here' AS high, 'seldom here' AS low FROM segment_inputs
UNION ALL
SELECT customer_id, days_since_visit, 'long ago', 'lately' FROM segment_inputs
UNION ALL
SELECT customer_id, fees, 'high fees', 'low fees' FROM segment_inputs
UNION ALL
SELECT customer_id, emergency_share, 'emergencies', 'by appointment' FROM segment_inputs
UNION ALL
SELECT customer_id, conditions, 'chronic', 'not chronic' FROM segment_inputs
UNION ALL
SELECT customer_id, adherence, 'adherent', 'not adherent' FROM segment_inputs
UNION ALL
SELECT customer_id, CAST(age AS DOUBLE), 'old', 'young' FROM segment_inputs
