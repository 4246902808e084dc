-- Visits whose account is in no table of accounts. Some are to be expected, more than one in a hundred are not.
SELECT unknown.visits, total.visits AS of_visits
FROM (
    SELECT count(*) AS visits FROM visits AS o
    WHERE NOT EXISTS (SELECT 1 FROM pseudonyms AS c WHERE c.raw_account_id = o.account_id)
) AS unknown
CROSS JOIN (SELECT count(*) AS visits FROM visits) AS total
WHERE unknown.visits > total.visits / 100.0
