"""Prints docs/notes/planning.md: what each planning rule does to a query, and what it spares."""

import json
import subprocess
import sys

T="target/debug/tronie"
SETUP="create table c as select row_number() over (order by comment) as id, comment, row_number() over (order by comment) % 7 as grp from 'examples/user_comments.csv'; create table d as select id, comment || ' ' || i as text from c cross join generate_series(1, 8) as t(i); create table g as select * from (values (1,'a'),(2,'b')) as t(grp,name);"
cases=[
("One pass for many questions","Several functions over the same text with the same model become one call a function, told what else to answer; a struct read by several fields is computed once.",
 "select ai_sentiment(comment)['label'] as s, ai_sentiment(comment)['score'] as x, ai_intent(comment)['label'] as i from c where ai_sentiment(comment)['label'] <> 'neutral'"),
("Cheap conditions first","A condition without a model is asked before one with a model, whatever the order in which they are written.",
 "select count(*) as n from c where ai_sentiment(comment)['label'] = 'negative' and upper(comment) like '%SHIP%'"),
("After the limit","What a query only shows is computed after its LIMIT.",
 "select id, ai_sentiment(comment)['label'] as s from c order by id limit 5"),
("No more rows than a limit wants","A filter by a model stops when the limit is full.",
 "select id from d where ai_sentiment(text)['label'] = 'negative' limit 3"),
("After the join","A call waits until a join has dropped the rows that have no partner.",
 "select g.name, s from (select grp, ai_sentiment(comment)['label'] as s from c) q join g on q.grp = g.grp"),
("Not for a column nobody reads","A column that is not read is not computed.",
 "select count(*) as n from (select id, ai_sentiment(comment)['label'] as s from c) q"),
]
def run(sql):
    p=subprocess.run([T,"sql","--format","csv","-c",sql],capture_output=True,text=True)
    if p.returncode: sys.exit(p.stderr+sql)
    return p.stdout
def table(sql):
    p=subprocess.run([T,"sql","--format","json","-c",sql],capture_output=True,text=True)
    if p.returncode: sys.exit(p.stderr+sql)
    dec=json.JSONDecoder(); s=p.stdout.strip(); docs=[]
    while s:
        d,i=dec.raw_decode(s); docs.append(d); s=s[i:].strip()
    return docs
out=["# What the planner does about models","","Each rule, with the plan and the texts that went through the model without it (`SET tronie.model_planning = false`) and","with it (the default). Printed by `python3 docs/notes/planning.py > docs/notes/planning.md` at the root of the","repository, with the fifty comments of `examples/user_comments.csv`.",""]
for title,why,sql in cases:
    out+=["## "+title,"",why,"","```sql",sql,"```",""]
    for on in ("false","true"):
        d=table(SETUP+f"set tronie.model_planning={on}; set datafusion.execution.target_partitions=1; set datafusion.explain.logical_plan_only=true; explain {sql}; {sql}; select sum(texts) as texts, sum(inferred) as inferred from tronie_model_stats()")
        plan=[x for x in d if x and isinstance(x,list) and x and 'plan' in x[0]][0][0]['plan']
        stats=[x for x in d if x and isinstance(x,list) and x and 'inferred' in x[0]][0][0]
        out+=[("Without" if on=="false" else "With")+f": {stats['texts'] or 0} texts asked about, {stats['inferred'] or 0} inferred","","```text",plan.strip(),"```",""]
print("\n".join(out).rstrip()+"\n",end="")
