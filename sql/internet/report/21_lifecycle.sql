-- title: Where customers are
-- chart: doughnut
-- width: third
SELECT replace(lifecycle_tag, '_', ' ') AS stage, count(*) AS customers FROM internet_profiles GROUP BY 1 ORDER BY 2 DESC
