-- What accounts say of a patient beside the contacts.
SELECT i.customer_id, first_value(c.sex ORDER BY c.created_at) FILTER (WHERE c.sex IS NOT NULL) AS sex
FROM contacts AS c JOIN customer_ids AS i ON i.account_id = c.account_id
GROUP BY i.customer_id
