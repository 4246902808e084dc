-- An order a row, with its customer. An amount that is missing, or far from what its items cost, is what they cost.
WITH totals AS (
    SELECT order_id, sum(quantity * price) AS total, sum(quantity) AS pieces FROM items_clean GROUP BY order_id
),
once AS (
    SELECT DISTINCT ON (order_id) * FROM orders
    WHERE ordered_at < CAST($as_of AS TIMESTAMP) ORDER BY order_id, ordered_at
)
SELECT
    o.order_id,
    c.customer_id,
    o.ordered_at,
    coalesce(o.status, 'completed') AS status,
    coalesce(o.status, 'completed') IN ('completed', 'shipped') AS is_sale,
    o.coupon IS NOT NULL AS has_coupon,
    o.channel,
    coalesce(t.pieces, 0) AS pieces,
    CASE
        WHEN o.amount BETWEEN 0.5 * (t.total - coalesce(o.discount, 0)) AND 1.5 * t.total THEN o.amount
        WHEN t.total IS NOT NULL THEN greatest(t.total - coalesce(o.discount, 0), 0)
        WHEN o.amount BETWEEN 0 AND $highest_amount THEN o.amount
    END AS amount
FROM once AS o
JOIN customer_ids AS c USING (account_id)
LEFT JOIN totals AS t USING (order_id)
