-- title: Words typical of what they say
-- chart: keywords
-- width: full
-- note: Of texts of the last 180 days, in both languages.
SELECT sentiment, keywords(text, top_k => 18) AS words
FROM healthcare_texts
WHERE sentiment <> 'neutral' AND written_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '180 days'
GROUP BY sentiment ORDER BY sentiment DESC
