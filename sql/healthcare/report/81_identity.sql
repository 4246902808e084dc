-- title: Accounts of a patient
-- chart: column
-- x: accounts
-- y: patients
-- format: plain
-- note: Accounts found to be one person's.
SELECT accounts, count(*) AS patients FROM healthcare_profiles GROUP BY accounts ORDER BY accounts
