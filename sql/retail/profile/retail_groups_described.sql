-- The groups of customers, with a name that says in what they differ most from everybody.
SELECT
    g.group_no, n.name, g.customers, g.revenue, g.mean_spent, g.mean_orders, g.mean_days_since_order, g.mean_sentiment, w.keywords
FROM (
    SELECT
        m.group_no,
        count(*) AS customers,
        sum(p.spent) AS revenue,
        avg(p.spent) AS mean_spent,
        avg(p.orders) AS mean_orders,
        avg(p.days_since_order) AS mean_days_since_order,
        avg(i.sentiment) AS mean_sentiment
    FROM group_members AS m
    JOIN segment_inputs AS i ON i.customer_id = m.customer_id
    JOIN purchases AS p ON p.customer_id = m.customer_id
    GROUP BY m.group_no
) AS g
LEFT JOIN group_names AS n ON n.group_no = g.group_no
LEFT JOIN group_words AS w ON w.group_no = g.group_no
