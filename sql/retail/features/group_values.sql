-- What groups are told apart by, a value a row, with the words for a high and a low one.
SELECT customer_id, orders AS value, 'frequent' AS high, 'rare' AS low FROM segment_inputs
UNION ALL
SELECT customer_id, basket_value, 'big baskets', 'small baskets' FROM segment_inputs
UNION ALL
SELECT customer_id, days_since_order, 'lapsed', 'recent' FROM segment_inputs
UNION ALL
SELECT customer_id, coupon_share, 'coupon users', 'full price' FROM segment_inputs
UNION ALL
SELECT customer_id, store_share, 'in store', 'online' FROM segment_inputs
UNION ALL
SELECT customer_id, events_30_days, 'browsing', 'not browsing' FROM segment_inputs
UNION ALL
SELECT customer_id, sentiment, 'content', 'discontent' FROM segment_inputs
