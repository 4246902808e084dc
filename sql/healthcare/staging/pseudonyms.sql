-- The patient of each account of the sources: what other steps of staging turn ids of accounts into patients with. It is a step
-- of a run alone, never published.
SELECT p.raw_account_id, c.customer_id
FROM (SELECT DISTINCT account_id AS raw_account_id FROM patients WHERE account_id IS NOT NULL) AS p
JOIN customer_ids AS c ON c.account_id = left(encode(digest($secret || ' account ' || p.raw_account_id, 'sha256'), 'hex'), 20)
