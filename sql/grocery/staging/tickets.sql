-- Nobody wrote anything.
SELECT
    CAST(NULL AS VARCHAR) AS ticket_id, CAST(NULL AS VARCHAR) AS account_id, CAST(NULL AS TIMESTAMP) AS created_at,
    CAST(NULL AS VARCHAR) AS text
WHERE false
