-- What a customer has bought. Days with purchases count as purchases, as the model of lifetime value wants it.
WITH days AS (
    SELECT customer_id, date_trunc('day', ordered_at) AS day, sum(amount) AS amount
    FROM orders_clean WHERE is_sale GROUP BY customer_id, day
),
rhythm AS (
    SELECT
        customer_id,
        count(*) - 1 AS frequency,
        date_part('epoch', max(day) - min(day)) / 86400 AS recency,
        date_part('epoch', CAST($as_of AS TIMESTAMP) - min(day)) / 86400 AS age,
        (sum(amount) - first_value(amount ORDER BY day)) / nullif(count(*) - 1, 0) AS monetary
    FROM days GROUP BY customer_id
)
SELECT
    o.customer_id,
    o.orders,
    o.spent,
    o.spent / nullif(o.orders, 0) AS basket_value,
    o.pieces / nullif(o.orders, 0) AS basket_pieces,
    o.coupon_share,
    o.refund_share,
    o.store_share,
    o.first_order_at,
    o.last_order_at,
    date_part('day', CAST($as_of AS TIMESTAMP) - o.last_order_at) AS days_since_order,
    r.frequency,
    r.recency,
    r.age,
    r.monetary
FROM (
    SELECT
        customer_id,
        count(*) FILTER (WHERE is_sale) AS orders,
        coalesce(sum(amount) FILTER (WHERE is_sale), 0) AS spent,
        CAST(sum(pieces) FILTER (WHERE is_sale) AS DOUBLE) AS pieces,
        avg(CAST(has_coupon AS INT)) AS coupon_share,
        avg(CAST(status = 'refunded' AS INT)) AS refund_share,
        avg(CAST(channel = 'store' AS INT)) AS store_share,
        min(ordered_at) FILTER (WHERE is_sale) AS first_order_at,
        max(ordered_at) FILTER (WHERE is_sale) AS last_order_at
    FROM orders_clean
    GROUP BY customer_id
) AS o
LEFT JOIN rhythm AS r USING (customer_id)
