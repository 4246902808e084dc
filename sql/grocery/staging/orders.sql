-- A basket is an order.
SELECT
    order_id,
    account_id,
    min(ordered_at) AS ordered_at,
    'completed' AS status,
    sum(price * greatest(quantity, 1) - coupon) AS amount,
    sum(coupon) AS discount,
    CASE WHEN sum(coupon) > 0 THEN 'coupon' END AS coupon,
    'store' AS channel
FROM transactions
GROUP BY order_id, account_id
