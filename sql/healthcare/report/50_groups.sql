-- title: Groups of patients who are alike
-- section: Groups
-- chart: table
-- format: mean_fees_365_days = integer, mean_adherence = percent
-- note: Found by k-means; a name says in what a group differs most from everybody.
SELECT name, customers AS patients, mean_visits_365_days, mean_fees_365_days, mean_conditions, mean_adherence, mean_sentiment
FROM healthcare_groups_described ORDER BY customers DESC
