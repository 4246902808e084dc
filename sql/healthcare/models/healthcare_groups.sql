-- Patients who are alike.
CREATE OR REPLACE MODEL healthcare_groups
OPTIONS (model_type = 'kmeans', k = 5)
AS SELECT visits, days_since_visit, fees, emergency_share, conditions, adherence, age
FROM segment_inputs
