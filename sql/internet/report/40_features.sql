-- title: What is used most
-- section: Use
-- chart: bar
-- note: How many customers have it among their three most used features.
SELECT feature, count(*) AS customers
FROM (SELECT unnest(features)['value'] AS feature FROM internet_profiles) GROUP BY feature ORDER BY 2 DESC
