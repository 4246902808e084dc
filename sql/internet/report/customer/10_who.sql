-- title: Who
-- chart: facts
-- width: two-thirds
SELECT
    name, city, age, joined_at, accounts, acquisition_source, role, company_size, replace(funnel_step, '_', ' ') AS furthest_step,
    plan, plan_fit, seats, recommends, group_name AS group, features
FROM internet_profiles WHERE customer_id = $customer
