-- title: Spent, and expected of the next year
-- chart: column
-- x: segment
-- y: mean_spent, mean_clv
-- format: integer
-- width: two-thirds
SELECT replace(rfm_segment, '_', ' ') AS segment, avg(spent) AS mean_spent, avg(clv) AS mean_clv
FROM retail_profiles WHERE rfm_segment IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
