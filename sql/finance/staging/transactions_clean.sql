-- A transaction a row, with its customer. An amount two hundred times what is usual in its category is a mistake: NULL.
WITH once AS (
    SELECT DISTINCT ON (transaction_id)
        transaction_id, account_id, card_id, ts, direction, abs(amount) AS amount, coalesce(category, 'other') AS category, channel
    FROM transactions WHERE ts < CAST($as_of AS TIMESTAMP) ORDER BY transaction_id, ts
),
usual AS (
    SELECT direction, category, approx_median(amount) AS amount FROM once WHERE amount IS NOT NULL GROUP BY direction, category
)
SELECT
    o.transaction_id,
    c.customer_id,
    o.ts,
    o.direction,
    o.category,
    o.channel,
    o.card_id IS NOT NULL AS is_card,
    CASE WHEN o.amount <= 200 * u.amount THEN o.amount END AS amount
FROM once AS o
JOIN customer_ids AS c ON c.account_id = o.account_id
LEFT JOIN usual AS u ON u.direction = o.direction AND u.category = o.category
