-- title: In figures
-- chart: number
-- format: fees = integer, adherence = percent, may_lapse = percent, sentiment = 0.00
SELECT visits, emergencies, days_since_visit, fees, systolic, diastolic, glucose, adherence, lapse_probability AS may_lapse, sentiment
FROM healthcare_profiles WHERE customer_id = $customer
