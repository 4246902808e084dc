-- What a customer is worth: RFM scores with their segment, and the lifetime value of the next year.
WITH model AS (
    SELECT clv_fit(frequency, recency, age, monetary) AS m FROM purchases WHERE orders > 0
),
scores AS (
    SELECT
        *,
        rfm_score(days_since_order, ascending => false) OVER () AS r,
        rfm_score(orders) OVER () AS f,
        rfm_score(spent) OVER () AS mo
    FROM purchases
    WHERE orders > 0
)
SELECT
    s.customer_id,
    s.r AS recency_score,
    s.f AS frequency_score,
    s.mo AS money_score,
    rfm_segment(s.r, s.f, s.mo) AS rfm_segment,
    p_alive(model.m, s.frequency, s.recency, s.age) AS p_alive,
    clv_predict(model.m, s.frequency, s.recency, s.age, s.monetary, days => 365)['purchases'] AS orders_next_year,
    clv_predict(model.m, s.frequency, s.recency, s.age, s.monetary, days => 365)['value'] AS clv,
    -- As long as the last expected interval, counted from the last order; never in the past.
    greatest(
        CAST(CAST(s.last_order_at AS DATE) + CAST(round(s.recency / nullif(s.frequency, 0)) AS INT) AS DATE),
        CAST($as_of AS DATE)
    ) AS next_order_on
FROM scores AS s CROSS JOIN model
