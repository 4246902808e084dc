-- title: The way to a paying customer
-- chart: column
-- x: step
-- y: customers
-- width: two-thirds
-- note: Customers who came to each step or beyond.
SELECT replace(step, '_', ' ') AS step, customers FROM internet_funnel ORDER BY step_no
