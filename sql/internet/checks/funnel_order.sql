-- More than one customer in twenty took a step of the funnel before the one before it.
SELECT * FROM (
    SELECT
        count(DISTINCT a.customer_id) AS in_another_order,
        (SELECT count(DISTINCT customer_id) FROM steps_taken) AS customers
    FROM steps_taken AS a JOIN steps_taken AS b ON b.customer_id = a.customer_id AND b.step_no = a.step_no + 1
    WHERE b.taken_at < a.taken_at
) WHERE in_another_order > customers / 20.0
