//! Where the columns of published tables come from, step by step, and as OpenLineage tells it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::record::{ColumnRecord, RunRecord, Status};

/// Who says so, in an event.
const PRODUCER: &str = concat!("https://github.com/tronie/tronie/", env!("CARGO_PKG_VERSION"));

/// The namespace of jobs.
const NAMESPACE: &str = "tronie";

const EVENT_SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const LINEAGE_SCHEMA: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const STATISTICS_SCHEMA: &str = "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet";
const ERROR_SCHEMA: &str =
    "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet";

impl RunRecord {
    /// The columns of sources that each column of a step is made of, by way of the steps in between.
    pub fn lineage(&self, step: &str) -> BTreeMap<String, BTreeSet<(String, String)>> {
        let mut known = BTreeMap::new();
        let columns = self.columns(step);
        let names: Vec<String> = columns.iter().map(|column| column.column.clone()).collect();
        let found = |name: String| (name.clone(), self.origin(step, &name, &mut known));
        names.into_iter().map(found).collect()
    }

    fn columns(&self, step: &str) -> &[ColumnRecord] {
        let found = self.steps.iter().find(|known| known.step == step);
        found.map_or(&[], |step| &step.columns)
    }

    fn origin(
        &self,
        table: &str,
        column: &str,
        known: &mut BTreeMap<(String, String), BTreeSet<(String, String)>>,
    ) -> BTreeSet<(String, String)> {
        let place = (table.to_owned(), column.to_owned());
        if let Some(found) = known.get(&place) {
            return found.clone();
        }
        let mut found = BTreeSet::new();
        if self.inputs.iter().any(|input| input.source == table) {
            found.insert(place.clone());
        } else if let Some(columns) = self.columns(table).iter().find(|known| known.column == column) {
            for (table, column) in columns.from.iter().filter_map(|from| from.split_once('.')) {
                found.extend(self.origin(table, column, known));
            }
        }
        known.insert(place, found.clone());
        found
    }

    /// The run as an event of [OpenLineage](https://openlineage.io): its inputs, and its outputs with the columns of inputs that
    /// theirs are made of. `warehouse` is where the outputs are.
    pub fn open_lineage(&self, warehouse: &str) -> Value {
        let facet = |schema: &str, mut content: Value| {
            content["_producer"] = json!(PRODUCER);
            content["_schemaURL"] = json!(schema);
            content
        };
        let ended = self.started.saturating_add((self.seconds * 1000.0) as i64);
        let ended = chrono::DateTime::from_timestamp_millis(ended).unwrap_or_default();
        let place = |source: &str| {
            let input = self.inputs.iter().find(|input| input.source == source);
            input.map_or_else(|| source.to_owned(), |input| input.location.clone())
        };
        let inputs = self
            .inputs
            .iter()
            .map(|input| json!({"namespace": NAMESPACE, "name": input.location}));
        let outputs = self.outputs.iter().map(|output| {
            let fields: BTreeMap<String, Value> = (self.lineage(&output.table).into_iter())
                .map(|(column, from)| {
                    let from = from.iter().map(|(source, field)| {
                        json!({"namespace": NAMESPACE, "name": place(source), "field": field})
                    });
                    (column, json!({"inputFields": from.collect::<Vec<_>>()}))
                })
                .collect();
            json!({
                "namespace": NAMESPACE,
                "name": format!("{}/{}", warehouse.trim_end_matches('/'), output.table),
                "facets": {"columnLineage": facet(LINEAGE_SCHEMA, json!({"fields": fields}))},
                "outputFacets": {
                    "outputStatistics": facet(STATISTICS_SCHEMA, json!({"rowCount": output.rows, "size": output.bytes})),
                },
            })
        });
        let has_failed = matches!(self.status, Status::Failed | Status::ChecksFailed);
        let mut run = json!({"runId": run_id(&self.run)});
        if let Some(error) = &self.error {
            let error = json!({"message": error, "programmingLanguage": "SQL"});
            run["facets"] = json!({"errorMessage": facet(ERROR_SCHEMA, error)});
        }
        json!({
            "eventType": if has_failed { "FAIL" } else { "COMPLETE" },
            "eventTime": ended.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "run": run,
            "job": {"namespace": NAMESPACE, "name": self.pipeline},
            "inputs": inputs.collect::<Vec<_>>(),
            "outputs": outputs.collect::<Vec<_>>(),
            "producer": PRODUCER,
            "schemaURL": EVENT_SCHEMA,
        })
    }
}

/// The name of a run as a UUID of version 8: the same each time it is told.
fn run_id(run: &str) -> String {
    let hash = blake3::hash(run.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}
