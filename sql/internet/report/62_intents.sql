-- title: What they want
-- chart: doughnut
-- width: third
SELECT replace(intent, '_', ' ') AS intent, count(*) AS texts FROM internet_texts WHERE intent IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
