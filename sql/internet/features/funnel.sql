-- How far a customer has come, and how fast.
SELECT
    customer_id,
    max(step_no) AS funnel_step_no,
    last_value(step ORDER BY step_no) AS funnel_step,
    date_part('epoch', min(taken_at) FILTER (WHERE step = 'first_report') - min(taken_at) FILTER (WHERE step = 'signup')) / 3600
        AS hours_to_first_report
FROM steps_taken
GROUP BY customer_id
