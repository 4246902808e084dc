-- What segments are told apart by, a customer a row; counts and money on a logarithmic scale.
SELECT
    p.customer_id,
    ln(1 + p.orders) AS orders,
    ln(1 + p.basket_value) AS basket_value,
    ln(1 + p.days_since_order) AS days_since_order,
    p.coupon_share,
    coalesce(p.store_share, 0) AS store_share,
    ln(1 + coalesce(b.events_30_days, 0)) AS events_30_days,
    coalesce(v.sentiment, 0) AS sentiment
FROM purchases AS p
LEFT JOIN behaviour AS b USING (customer_id)
LEFT JOIN voices AS v USING (customer_id)
WHERE p.orders > 0
