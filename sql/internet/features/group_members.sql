-- The group of each customer.
SELECT customer_id, cluster_id AS group_no
FROM ml_predict('internet_groups', (SELECT * FROM segment_inputs))
