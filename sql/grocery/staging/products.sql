-- The assortment, with the price that an article usually has.
SELECT a.product_id, a.category, approx_median(t.price) AS price
FROM articles AS a JOIN transactions AS t ON t.product_id = a.product_id
WHERE t.quantity BETWEEN 1 AND 100
GROUP BY a.product_id, a.category
