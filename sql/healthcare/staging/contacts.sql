-- An account a row under its pseudonym, in place of the step of this name that other pipelines share: contact data in one form,
-- and then as digests that nobody can turn back without the secret. No name, and of the day of birth no more than the year.
SELECT DISTINCT ON (raw_account_id)
    left(encode(digest($secret || ' account ' || raw_account_id, 'sha256'), 'hex'), 20) AS account_id,
    channel,
    city,
    CAST(date_trunc('year', birth_date) AS DATE) AS birth_date,
    sex,
    created_at,
    CAST(NULL AS VARCHAR) AS name,
    encode(digest($secret || ' name ' || nullif(regexp_replace(lower(name), '[^\p{L}]', '', 'g'), ''), 'sha256'), 'hex') AS name_key,
    encode(digest($secret || ' email ' || CASE WHEN email NOT IN ('none@example.com', 'noemail@example.com', 'test@example.com', '123456@example.com') THEN email END, 'sha256'), 'hex') AS email,
    encode(digest($secret || ' phone ' || CASE WHEN length(phone) >= 7 THEN regexp_replace(phone, '^86(1[0-9]{10})$', '\1') END, 'sha256'), 'hex') AS phone,
    encode(digest($secret || ' device ' || device_id, 'sha256'), 'hex') AS device_id,
    encode(digest($secret || ' member ' || CASE WHEN member_no NOT IN ('M0000000000') THEN member_no END, 'sha256'), 'hex') AS member_no,
    encode(digest($secret || ' national ' || CASE WHEN length(national_id) = 18 THEN national_id END, 'sha256'), 'hex') AS national_id
FROM (
    SELECT
        account_id AS raw_account_id,
        channel,
        city,
        birth_date,
        sex,
        created_at,
        clean_text(name) AS name,
        lower(replace(clean_text(email), ' ', '')) AS email,
        regexp_replace(clean_text(phone), '[^0-9]', '', 'g') AS phone,
        nullif(trim(device_id), '') AS device_id,
        upper(nullif(trim(member_no), '')) AS member_no,
        upper(regexp_replace(clean_text(national_id), '[^0-9Xx]', '', 'g')) AS national_id
    FROM patients
) AS cleaned
WHERE raw_account_id IS NOT NULL
ORDER BY raw_account_id, created_at
