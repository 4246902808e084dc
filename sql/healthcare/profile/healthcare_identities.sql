-- The patient of each account, both under pseudonyms.
SELECT account_id, customer_id FROM customer_ids
