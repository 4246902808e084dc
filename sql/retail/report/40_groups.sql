-- title: Groups of customers who are alike
-- section: Groups
-- chart: table
-- format: mean_spent = integer, revenue = compact, mean_days_since_order = integer
-- note: Found by k-means; a name says in what a group differs most from everybody.
SELECT name, customers, revenue, mean_spent, mean_orders, mean_days_since_order, mean_sentiment
FROM retail_groups_described ORDER BY customers DESC
