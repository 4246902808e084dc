-- title: Segments
-- chart: bar
-- x: segment
-- y: customers
-- width: two-thirds
-- note: Named by fifths of recency, frequency and money.
SELECT replace(rfm_segment, '_', ' ') AS segment, count(*) AS customers
FROM retail_profiles WHERE rfm_segment IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
