-- Transactions whose account is in no table of accounts. Some are to be expected, more than one in a hundred are not.
SELECT unknown.transactions, total.transactions AS of_transactions
FROM (
    SELECT count(*) AS transactions FROM transactions AS o
    WHERE NOT EXISTS (SELECT 1 FROM contacts AS c WHERE c.account_id = o.account_id)
) AS unknown
CROSS JOIN (SELECT count(*) AS transactions FROM transactions) AS total
WHERE unknown.transactions > total.transactions / 100.0
