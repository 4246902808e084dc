-- title: Favourite categories
-- chart: bar
-- width: third
SELECT favourite_category AS category, count(*) AS customers
FROM retail_profiles WHERE favourite_category IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 10
