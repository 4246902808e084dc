-- The group of each patient.
SELECT customer_id, cluster_id AS group_no
FROM ml_predict('healthcare_groups', (SELECT * FROM segment_inputs))
