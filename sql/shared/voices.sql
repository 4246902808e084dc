-- What a customer feels and says.
SELECT
    customer_id,
    count(*) AS texts,
    avg(score) AS sentiment,
    avg(score) FILTER (WHERE written_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '90 days') AS sentiment_90_days,
    trend(written_at, score) * 365 AS sentiment_trend,
    avg(CAST(stars AS DOUBLE)) AS stars,
    count(*) FILTER (WHERE intent = 'complaint' OR (source = 'ticket' AND sentiment = 'negative')) AS complaints,
    max(written_at) FILTER (WHERE intent = 'complaint' OR (source = 'ticket' AND sentiment = 'negative')) AS last_complaint_at,
    last_value(text ORDER BY written_at) FILTER (
        WHERE intent = 'complaint' OR (source = 'ticket' AND sentiment = 'negative')
    ) AS last_complaint,
    top_k(intent, k => 3) AS intents,
    keywords(text, top_k => 5) AS keywords
FROM voice
GROUP BY customer_id
