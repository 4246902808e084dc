-- title: Accounts of a customer
-- chart: column
-- x: accounts
-- y: customers
-- format: plain
-- note: Accounts found to be one person's.
SELECT accounts, count(*) AS customers FROM internet_profiles GROUP BY accounts ORDER BY accounts
