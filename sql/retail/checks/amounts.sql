-- Orders of no known amount, or a negative one, after cleaning.
SELECT order_id FROM orders_clean WHERE amount IS NULL OR amount < 0
