-- title: Sentiment over time
-- section: Voice
-- chart: line
-- x: week
-- y: sentiment
-- series: source
-- format: 0.00
-- width: full
-- note: Mean score of a week's texts, from -1 to 1, over the last year.
SELECT date_trunc('week', written_at) AS week, source, avg(score) AS sentiment
FROM healthcare_texts
WHERE written_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '364 days' AND written_at < date_trunc('week', CAST($as_of AS TIMESTAMP))
GROUP BY 1, 2 ORDER BY 1, 2
