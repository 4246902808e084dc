-- title: Groups of customers who are alike
-- section: Groups
-- chart: table
-- format: monthly_revenue = integer, mean_minutes = integer, mean_churn_probability = percent
-- note: Found by k-means; a name says in what a group differs most from everybody.
SELECT name, customers, monthly_revenue, mean_logins_30_days, mean_minutes, mean_churn_probability
FROM internet_groups_described ORDER BY customers DESC
