-- title: How probable it is that drugs are not fetched
-- chart: histogram
-- x: lapse_probability
-- bins: 20
-- format: percent
-- note: That a patient fetches drugs for less than half of the next 90 days.
SELECT lapse_probability FROM healthcare_profiles WHERE lapse_probability IS NOT NULL
