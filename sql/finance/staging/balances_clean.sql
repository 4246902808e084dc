-- What a customer holds and owes at the end of a month. Deposits a hundred times the account's usual ones are a mistake: NULL.
WITH once AS (
    SELECT DISTINCT ON (account_id, month) * FROM balances WHERE month < CAST($as_of AS DATE) ORDER BY account_id, month
),
usual AS (
    SELECT account_id, approx_median(deposits) AS deposits FROM once WHERE deposits IS NOT NULL GROUP BY account_id
)
SELECT
    c.customer_id,
    o.month,
    sum(CASE WHEN o.deposits <= 100 * greatest(u.deposits, 1000) THEN o.deposits END) AS deposits,
    sum(o.investments) AS investments,
    sum(abs(o.card_debt)) AS card_debt,
    sum(o.loan_debt) AS loan_debt
FROM once AS o
JOIN customer_ids AS c ON c.account_id = o.account_id
LEFT JOIN usual AS u ON u.account_id = o.account_id
GROUP BY c.customer_id, o.month
