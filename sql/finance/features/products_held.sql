-- What a customer has of the bank.
SELECT customer_id, array_agg(DISTINCT product ORDER BY product) AS products
FROM (
    SELECT i.customer_id, c.kind || ' card' AS product
    FROM (SELECT DISTINCT * FROM cards) AS c JOIN customer_ids AS i ON i.account_id = c.account_id
    WHERE coalesce(c.status, 'active') <> 'closed'
    UNION ALL
    SELECT customer_id, kind || ' loan' FROM running_loans
    UNION ALL
    SELECT customer_id, 'investments' FROM balance WHERE investments > 0
)
GROUP BY customer_id
