-- Orders whose account is in no table of accounts. Some are to be expected, more than one in a hundred are not.
SELECT unknown.orders, total.orders AS of_orders
FROM
    (SELECT count(*) AS orders FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM contacts AS c WHERE c.account_id = o.account_id)) AS unknown
CROSS JOIN (SELECT count(*) AS orders FROM orders) AS total
WHERE unknown.orders > total.orders / 100.0
