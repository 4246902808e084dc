-- title: Sentiment by what texts are about
-- chart: heatmap
-- x: month
-- y: aspect
-- value: sentiment
-- format: 0.00
-- width: two-thirds
SELECT to_char(written_at, '%Y-%m') AS month, aspect, avg(score) AS sentiment
FROM (SELECT written_at, score, unnest(aspects) AS aspect FROM healthcare_texts)
WHERE written_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '12 months'
GROUP BY 1, 2 ORDER BY 2, 1
