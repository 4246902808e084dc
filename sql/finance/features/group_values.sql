-- What groups are told apart by, a value a row, with the words for a high and a low one.
SELECT customer_id, deposits AS value, 'savings' AS high, 'no savings' AS low FROM segment_inputs
UNION ALL
SELECT customer_id, invested_share, 'investing', 'not investing' FROM segment_inputs
UNION ALL
SELECT customer_id, debt, 'in debt', 'free of debt' FROM segment_inputs
UNION ALL
SELECT customer_id, inflow, 'high income', 'low income' FROM segment_inputs
UNION ALL
SELECT customer_id, savings_rate, 'thrifty', 'spending' FROM segment_inputs
UNION ALL
SELECT customer_id, transactions_30_days, 'active', 'quiet' FROM segment_inputs
UNION ALL
SELECT customer_id, online_share, 'online', 'offline' FROM segment_inputs
