-- Everything that customers wrote, a text a row. The stars of feedback are its score, 0 to 10.
SELECT 'feedback' AS source, feedback_id AS text_id, customer_id, created_at AS written_at, score AS stars, clean_text(text) AS text
FROM (SELECT DISTINCT ON (feedback_id) * FROM feedback WHERE created_at < CAST($as_of AS TIMESTAMP) ORDER BY feedback_id, created_at)
JOIN customer_ids USING (account_id)
WHERE clean_text(text) IS NOT NULL
UNION ALL
SELECT 'ticket' AS source, ticket_id AS text_id, customer_id, created_at AS written_at, NULL AS stars, clean_text(text) AS text
FROM (SELECT DISTINCT ON (ticket_id) * FROM tickets WHERE created_at < CAST($as_of AS TIMESTAMP) ORDER BY ticket_id, created_at)
JOIN customer_ids USING (account_id)
WHERE clean_text(text) IS NOT NULL
