-- title: How chronic conditions are managed
-- chart: bar
SELECT replace(care_tag, '_', ' ') AS care, count(*) AS patients FROM healthcare_profiles GROUP BY 1 ORDER BY 2 DESC
