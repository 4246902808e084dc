-- title: Groups of customers who are alike
-- section: Groups
-- chart: table
-- format: mean_deposits = integer, mean_investments = integer, mean_debt = integer, mean_inflow = integer, mean_value = integer, mean_churn_probability = percent
-- note: Found by k-means; a name says in what a group differs most from everybody.
SELECT name, customers, mean_deposits, mean_investments, mean_debt, mean_inflow, mean_value, mean_churn_probability
FROM finance_groups_described ORDER BY customers DESC
