-- The patient of each account, as in other pipelines, and by the national id, which is one person's by itself.
WITH links AS (
    SELECT account_id, 'national ' || national_id AS contact FROM contacts WHERE national_id IS NOT NULL
    UNION ALL
    SELECT account_id, 'email ' || email FROM contacts WHERE email IS NOT NULL
    UNION ALL
    SELECT account_id, 'member ' || member_no FROM contacts WHERE member_no IS NOT NULL
    UNION ALL
    SELECT account_id, 'phone ' || phone || ' ' || name_key FROM contacts WHERE phone IS NOT NULL AND name_key IS NOT NULL
    UNION ALL
    SELECT account_id, 'device ' || device_id || ' ' || name_key FROM contacts WHERE device_id IS NOT NULL AND name_key IS NOT NULL
    UNION ALL
    SELECT account_id, CAST(NULL AS VARCHAR) FROM contacts
)
SELECT DISTINCT account_id, resolve_entities(account_id, contact, max_size => 12, max_degree => 6) OVER () AS customer_id
FROM links
WHERE account_id NOT IN (SELECT account_id FROM separate_accounts)
UNION ALL
SELECT account_id, account_id AS customer_id FROM separate_accounts
