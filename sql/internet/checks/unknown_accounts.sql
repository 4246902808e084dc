-- Subscriptions whose account is in no table of accounts. Some are to be expected, more than one in a hundred are not.
SELECT unknown.subscriptions, total.subscriptions AS of_subscriptions
FROM (
    SELECT count(*) AS subscriptions FROM subscriptions AS o
    WHERE NOT EXISTS (SELECT 1 FROM contacts AS c WHERE c.account_id = o.account_id)
) AS unknown
CROSS JOIN (SELECT count(*) AS subscriptions FROM subscriptions) AS total
WHERE unknown.subscriptions > total.subscriptions / 100.0
