-- title: Where customers are
-- chart: doughnut
SELECT replace(lifecycle_tag, '_', ' ') AS stage, count(*) AS customers FROM finance_profiles GROUP BY 1 ORDER BY 2 DESC
