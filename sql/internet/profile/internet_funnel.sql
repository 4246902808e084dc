-- The funnel: who came to each step or beyond, of those who came to the one before, and how long that took where both were seen.
-- Whose visit before the sign-up nobody saw has visited all the same.
WITH reached AS (
    SELECT s.step_no, s.step, count(f.customer_id) AS customers
    FROM funnel_steps AS s LEFT JOIN funnel AS f ON f.funnel_step_no >= s.step_no
    GROUP BY s.step_no, s.step
),
hours AS (
    SELECT t.step_no, approx_median(date_part('epoch', t.taken_at - b.taken_at) / 3600) AS median_hours
    FROM steps_taken AS t JOIN steps_taken AS b ON b.customer_id = t.customer_id AND b.step_no = t.step_no - 1
    GROUP BY t.step_no
)
SELECT
    r.step_no, r.step, r.customers,
    r.customers / CAST(nullif(lag(r.customers) OVER (ORDER BY r.step_no), 0) AS DOUBLE) AS of_step_before,
    h.median_hours
FROM reached AS r LEFT JOIN hours AS h ON h.step_no = r.step_no
