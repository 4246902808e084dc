-- A household is an account: it has a loyalty card, and nothing else by which it could be found to be another's.
SELECT
    account_id,
    'store' AS channel,
    CAST(NULL AS VARCHAR) AS name,
    CAST(NULL AS VARCHAR) AS email,
    CAST(NULL AS VARCHAR) AS phone,
    CAST(NULL AS VARCHAR) AS device_id,
    account_id AS member_no,
    CAST(NULL AS VARCHAR) AS city,
    CAST(NULL AS DATE) AS birth_date,
    min(ordered_at) AS created_at
FROM transactions
GROUP BY account_id
