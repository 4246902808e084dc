-- When a customer took each step of the funnel for the first time.
SELECT e.customer_id, s.step_no, s.step, min(e.ts) AS taken_at
FROM events_clean AS e JOIN funnel_steps AS s ON s.step = e.type
GROUP BY e.customer_id, s.step_no, s.step
