-- What customers wrote and what it says, without what identifies them.
SELECT
    source, text_id, customer_id, written_at, stars, ai_redact(text) AS text, language, sentiment, score, intent,
    array_agg_labels AS aspects
FROM (
    SELECT v.*, a.array_agg_labels
    FROM voice AS v
    LEFT JOIN (
        SELECT source AS s, text_id AS t, array_agg(label ORDER BY label) AS array_agg_labels
        FROM (SELECT source, text_id, unnest(aspects)['label'] AS label FROM voice)
        GROUP BY source, text_id
    ) AS a ON v.source = a.s AND v.text_id = a.t
)
