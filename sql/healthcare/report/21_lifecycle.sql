-- title: Where patients are
-- chart: doughnut
-- width: third
SELECT replace(lifecycle_tag, '_', ' ') AS stage, count(*) AS patients FROM healthcare_profiles GROUP BY 1 ORDER BY 2 DESC
