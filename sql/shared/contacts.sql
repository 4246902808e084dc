-- An account a row, its contact data in one form. A value that people type to get past a form is no contact.
SELECT DISTINCT ON (account_id)
    account_id,
    channel,
    city,
    birth_date,
    created_at,
    name,
    -- Who writes a name with other spaces or capitals is the same person.
    nullif(regexp_replace(lower(name), '[^\p{L}]', '', 'g'), '') AS name_key,
    CASE WHEN email NOT IN ('none@example.com', 'noemail@example.com', 'test@example.com', '123456@example.com') THEN email END AS email,
    CASE WHEN length(phone) >= 7 THEN regexp_replace(phone, '^86(1[0-9]{10})$', '\1') END AS phone,
    device_id,
    CASE WHEN member_no NOT IN ('M0000000000') THEN member_no END AS member_no
FROM (
    SELECT
        account_id,
        channel,
        city,
        birth_date,
        created_at,
        clean_text(name) AS name,
        lower(replace(clean_text(email), ' ', '')) AS email,
        regexp_replace(clean_text(phone), '[^0-9]', '', 'g') AS phone,
        nullif(trim(device_id), '') AS device_id,
        upper(nullif(trim(member_no), '')) AS member_no
    FROM accounts
) AS cleaned
WHERE account_id IS NOT NULL
ORDER BY account_id, created_at
