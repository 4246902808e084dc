-- A sentence of a note a row. A point within a number ends none.
SELECT note_id, customer_id, written_at, trim(sentence) AS sentence
FROM (
    SELECT
        note_id, customer_id, written_at,
        unnest(string_to_array(regexp_replace(text, '[。；;！!]|[.]( |$)', chr(10), 'g'), chr(10))) AS sentence
    FROM notes_redacted
)
WHERE trim(sentence) <> ''
