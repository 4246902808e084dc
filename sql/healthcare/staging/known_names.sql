-- The names that a patient's texts may have in them, as one regular expression.
SELECT customer_id, '(' || string_agg(name, '|') || ')' AS names
FROM (
    SELECT DISTINCT i.customer_id, name
    FROM (
        SELECT account_id, trim(regexp_replace(clean_text(name), '[^\p{L} ]', ' ', 'g')) AS name FROM patients
        UNION ALL
        SELECT account_id, trim(regexp_replace(clean_text(author), '[^\p{L} ]', ' ', 'g')) FROM notes
    ) AS n
    JOIN pseudonyms AS i ON i.raw_account_id = n.account_id
    WHERE length(name) >= 2
)
GROUP BY customer_id
