-- What groups are told apart by, a value a row, with the words for a high and a low one.
SELECT customer_id, logins AS value, 'long here' AS high, 'hardly here' AS low FROM segment_inputs
UNION ALL
SELECT customer_id, logins_30_days, 'active', 'away' FROM segment_inputs
UNION ALL
SELECT customer_id, minutes, 'working', 'looking' FROM segment_inputs
UNION ALL
SELECT customer_id, team_share, 'teams', 'alone' FROM segment_inputs
UNION ALL
SELECT customer_id, automation_share, 'automating', 'by hand' FROM segment_inputs
UNION ALL
SELECT customer_id, monthly_price, 'paying', 'free' FROM segment_inputs
UNION ALL
SELECT customer_id, funnel_step_no, 'far', 'at the beginning' FROM segment_inputs
