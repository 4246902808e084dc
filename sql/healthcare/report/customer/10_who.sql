-- title: Who
-- chart: facts
-- width: two-thirds
-- note: A pseudonym; who it is, Tronie does not know.
SELECT
    sex, city, age_band AS age_from, joined_in, accounts, array_to_string(conditions, ', ') AS indications, group_name AS group,
    departments
FROM healthcare_profiles WHERE customer_id = $customer
