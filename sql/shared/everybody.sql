-- A customer a row, with what the accounts say: the oldest account's words where they differ.
SELECT
    i.customer_id,
    count(*) AS accounts,
    array_agg(DISTINCT c.channel ORDER BY c.channel) AS account_channels,
    first_value(c.name ORDER BY c.created_at) FILTER (WHERE c.name IS NOT NULL) AS name,
    first_value(c.city ORDER BY c.created_at) FILTER (WHERE c.city IS NOT NULL) AS city,
    min(c.birth_date) AS birth_date,
    min(c.created_at) AS joined_at
FROM customer_ids AS i JOIN contacts AS c USING (account_id)
GROUP BY i.customer_id
