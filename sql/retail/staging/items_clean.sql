-- What was bought, a row a product of an order. A price that is missing or absurd is the list price.
SELECT
    i.order_id,
    i.product_id,
    coalesce(p.category, i.category) AS category,
    abs(i.quantity) AS quantity,
    CASE WHEN i.price BETWEEN 0 AND 5 * p.price THEN i.price ELSE p.price END AS price
FROM (SELECT DISTINCT order_id, line, product_id, category, quantity, price FROM order_items) AS i
JOIN products AS p USING (product_id)
WHERE abs(i.quantity) BETWEEN 1 AND 500
