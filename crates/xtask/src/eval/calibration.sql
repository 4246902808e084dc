-- Expected calibration error: the mean distance of confidence and accuracy over 15 equally wide bins of confidence.
with answers as (
  select 'sentiment' as task, confidence, wanted = answer as is_right from sentiment
  union all
  select 'intent' as task, confidence, wanted = answer as is_right from intent
), bins as (
  select task, least(floor(confidence * 15), 14) as bin, count(*) as rows,
         avg(confidence) as confidence, avg(case when is_right then 1.0 else 0.0 end) as accuracy
  from answers group by task, bin
)
select task, sum(rows) as rows, round(sum(rows * accuracy) / sum(rows), 4) as accuracy,
       round(sum(rows * confidence) / sum(rows), 4) as mean_confidence,
       round(sum(rows * abs(confidence - accuracy)) / sum(rows), 4) as calibration_error
from bins group by task order by task desc;
