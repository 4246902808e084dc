-- title: What indicates conditions
-- chart: table
SELECT condition, is_indicated, notes_present, notes_negated, notes_family, prescriptions, first_said_at
FROM healthcare_indications WHERE customer_id = $customer ORDER BY condition
