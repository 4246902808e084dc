-- A model of churn from training to explanations, in one file:
--
--   tronie sql --warehouse warehouse -f examples/churn.sql
--
-- The customers are made up: who pays much and came lately leaves more often.

create table customers as
select
    id,
    1 + (id * 7919) % 72 as tenure,
    20 + (id * 104729) % 1000 / 10.0 as monthly_charges,
    case id % 3 when 0 then 'monthly' when 1 then 'one year' else 'two years' end as contract,
    case when id % 11 > 0 then (id * 31) % 5 end as support_calls,
    (id * 7919) % 72 * 1.0 - (id * 104729) % 1000 / 25.0 - (id % 3) * -12 + (id * 613) % 40 < 25 as churned
from (select value as id from generate_series(1, 5000)) as ids;

create or replace model churn
    options (model_type = 'logistic_reg', label = 'churned', l2 = [0.01, 0.1, 1, 10])
    as select tenure, monthly_charges, contract, support_calls, churned
    from customers
    where data_split(id, [0.8, 0.2]) = 'train';

show models;

describe model churn;

-- On customers that it has not seen.
select metric, round(value, 4) as value
from ml_evaluate('churn', (select * from customers where data_split(id, [0.8, 0.2]) = 'test'));

select feature, round(importance, 4) as importance from ml_feature_importance('churn');

-- Who is most likely to leave, and why.
select id, prediction, round(probability, 4) as probability, attributions
from ml_explain('churn', (select * from customers where not churned), top_k => 2)
where prediction
order by probability desc, id
limit 5;
