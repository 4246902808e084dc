-- A note a row, without names, numbers and the doctor: the names that are known of the patient, then what rules find, then
-- whatever still has eight digits.
SELECT
    n.note_id,
    p.customer_id,
    n.written_at,
    regexp_replace(
        ai_redact(coalesce(regexp_replace(n.text, k.names, '[NAME]', 'gi'), n.text)),
        '[0-9][0-9 -]{6,}[0-9Xx]', '[NUMBER]', 'g'
    ) AS text
FROM (
    SELECT DISTINCT ON (note_id) note_id, account_id, written_at, clean_text(text) AS text
    FROM notes WHERE written_at < CAST($as_of AS TIMESTAMP) ORDER BY note_id, written_at
) AS n
JOIN pseudonyms AS p ON p.raw_account_id = n.account_id
LEFT JOIN known_names AS k ON k.customer_id = p.customer_id
WHERE n.text IS NOT NULL
