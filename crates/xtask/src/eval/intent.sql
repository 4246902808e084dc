-- What the default model says about held-out messages: those of the public sets, by the recipe's table of intents, and
-- those written for the project.
create table intent as
select source, lang, wanted, i['label'] as answer, i['confidence'] as confidence
from (
  select *, ai_intent(text) as i
  from (
    select m.source, m.lang, m.text, t.label as wanted
    from '{messages}' m join '{table}' t on m.source = t.source and m.intent = t.intent
    where m.split = 'dev'
    union all
    select 'written' as source, lang, text, label as wanted from '{written}'
  )
);

with classes as (
  select source, lang, wanted as class,
         count(*) filter (where answer = wanted) as hits, count(*) as there
  from intent group by all
), found as (
  select source, lang, answer as class, count(*) as found from intent group by all
), f1 as (
  select source, lang, avg(2.0 * hits / (there + coalesce(found, 0))) as macro_f1
  from classes left join found using (source, lang, class) group by all
), accuracy as (
  select source, lang, count(*) as rows, avg(case when answer = wanted then 1.0 else 0.0 end) as accuracy
  from intent group by all
)
select source, lang, rows, round(accuracy, 4) as accuracy, round(macro_f1, 4) as macro_f1
from accuracy join f1 using (source, lang) order by source, lang;

select 'all English sets' as messages, count(*) as rows,
       round(avg(case when answer = wanted then 1.0 else 0.0 end), 4) as accuracy
from intent where source <> 'written';
