-- More than one transaction in a hundred without a plausible amount.
SELECT * FROM (
    SELECT count(*) FILTER (WHERE amount IS NULL) AS without_amount, count(*) AS transactions FROM transactions_clean
) WHERE without_amount > transactions / 100.0
