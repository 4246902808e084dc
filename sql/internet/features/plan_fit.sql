-- Whether a customer has the plan that fits. What is used tells the need: who shares and administrates is a team, who automates or
-- works often and with many features is a professional. Who pays chose the plan, so it takes two levels of difference to
-- say that it does not fit.
WITH needs AS (
    SELECT
        b.customer_id,
        CASE coalesce(p.plan, 'free') WHEN 'business' THEN 3 WHEN 'pro' THEN 2 WHEN 'basic' THEN 1 ELSE 0 END AS has,
        CASE
            WHEN coalesce(u.uses, 0) < 5 THEN 0
            WHEN u.team_share >= 0.25 AND f.funnel_step_no >= 7 THEN 3
            WHEN u.team_share >= 0.25 THEN 2
            WHEN u.automation_share >= 0.18 THEN 2
            WHEN b.active_days / (date_part('epoch', CAST($as_of AS TIMESTAMP) - b.first_seen_at) / 604800 + 1) >= 1.5 THEN 2
            ELSE 0
        END AS needs
    FROM behaviour AS b
    LEFT JOIN use AS u ON u.customer_id = b.customer_id
    LEFT JOIN funnel AS f ON f.customer_id = b.customer_id
    LEFT JOIN plan AS p ON p.customer_id = b.customer_id
)
SELECT
    customer_id,
    CASE WHEN has > 0 AND abs(has - needs) <= 1 THEN has ELSE needs END AS fitting_level,
    CASE
        WHEN has > 0 AND abs(has - needs) <= 1 THEN 'fit'
        WHEN has < needs THEN 'under'
        WHEN has > needs THEN 'over'
        ELSE 'fit'
    END AS plan_fit
FROM needs
