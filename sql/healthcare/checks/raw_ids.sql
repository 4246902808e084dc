-- An account or patient that is called as in the sources.
SELECT account_id FROM healthcare_identities
WHERE account_id IN (SELECT account_id FROM patients WHERE account_id IS NOT NULL)
    OR customer_id IN (SELECT account_id FROM patients WHERE account_id IS NOT NULL)
