-- What customers wrote and what it says, without what identifies them.
SELECT
    v.source, v.text_id, v.customer_id, v.written_at, v.stars, ai_redact(v.text) AS text, v.language, v.sentiment, v.score,
    v.intent, a.aspects
FROM voice AS v
LEFT JOIN (
    SELECT source, text_id, array_agg(aspect ORDER BY aspect) AS aspects
    FROM (SELECT source, text_id, unnest(aspects)['label'] AS aspect FROM voice)
    GROUP BY source, text_id
) AS a ON v.source = a.source AND v.text_id = a.text_id
