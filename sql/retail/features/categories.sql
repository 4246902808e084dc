-- What a customer likes: categories by the number of baskets they are in.
SELECT
    o.customer_id,
    top_k(i.category, k => 3) AS categories,
    entropy(i.category) AS category_diversity
FROM items_clean AS i JOIN orders_clean AS o USING (order_id)
WHERE o.is_sale
GROUP BY o.customer_id
