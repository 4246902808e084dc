-- The customer of each account.
SELECT account_id, customer_id FROM customer_ids
