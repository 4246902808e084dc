-- A line of a basket. Some articles are sold by weight, whose quantity is in no pieces: one.
SELECT
    t.order_id,
    row_number() OVER (PARTITION BY t.order_id ORDER BY t.product_id) AS line,
    t.product_id,
    a.category,
    CASE WHEN t.quantity BETWEEN 1 AND 100 THEN t.quantity ELSE 1 END AS quantity,
    CASE WHEN t.quantity BETWEEN 1 AND 100 THEN t.price ELSE t.price * greatest(t.quantity, 1) END AS price
FROM transactions AS t LEFT JOIN articles AS a ON a.product_id = t.product_id
