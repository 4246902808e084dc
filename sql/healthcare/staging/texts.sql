-- What patients answered, a text a row, redacted like notes before anything else reads it.
SELECT
    'survey' AS source,
    n.survey_id AS text_id,
    p.customer_id,
    n.created_at AS written_at,
    n.score AS stars,
    regexp_replace(
        ai_redact(coalesce(regexp_replace(n.text, k.names, '[NAME]', 'gi'), n.text)),
        '[0-9][0-9 -]{6,}[0-9Xx]', '[NUMBER]', 'g'
    ) AS text
FROM (
    SELECT DISTINCT ON (survey_id) survey_id, account_id, created_at, score, clean_text(text) AS text
    FROM surveys WHERE created_at < CAST($as_of AS TIMESTAMP) ORDER BY survey_id, created_at
) AS n
JOIN pseudonyms AS p ON p.raw_account_id = n.account_id
LEFT JOIN known_names AS k ON k.customer_id = p.customer_id
WHERE n.text IS NOT NULL
