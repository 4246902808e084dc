//! `entropy(x [, base])`: how evenly rows are spread over the values of a column.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion_common::{Result, plan_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::{Constants, option_types};
use crate::counts::{Counted, value_type};
use crate::grouped::{Gather, Grouped, GroupedFunction};

const PARAMETERS: Parameters = Parameters {
    function: "entropy",
    required: &["x"],
    options: &["base"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(Entropy))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: Shannon's entropy (1948) of the values of a group, -sum(p log2 p) over the share p of each value, in \
         bits: 0 where all rows have one value, 3 where they are spread evenly over 8. A measure of how diverse a customer's \
         choices are. It is exact: there is no correction for few rows. NULLs do not count; NULL for a group without any \
         value. A group costs 8 bytes of memory for each different value.",
        "entropy(x [, base => 2])",
    )
    .with_argument("x", "Texts, whole numbers, booleans or dates.")
    .with_argument("base", "The base of the logarithm, above 1: 2 for bits, 10, 2.718281828459045 for nats. Default: 2.")
    .with_sql_example(
        "```sql
select customer, entropy(category) as diversity
from (values ('ann', 'tea'), ('ann', 'milk'), ('ann', 'rice'), ('ann', 'soap'), ('bob', 'tea'), ('bob', 'tea'))
     as t(customer, category)
group by customer order by customer;
```
```text
+----------+-----------+
| customer | diversity |
+----------+-----------+
| ann      | 2.0       |
| bob      | 0.0       |
+----------+-----------+
```",
    )
    .with_related_udf("top_k")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Entropy;

/// Counts, and the logarithm of the base.
#[derive(Debug)]
struct Diversity {
    counted: Counted,
    ln_base: f64,
}

fn base(constants: &Constants) -> Result<f64> {
    let base = constants.options(&PARAMETERS, |options| options.number("base", 1.0..=f64::INFINITY))?;
    match base {
        None => Ok(2.0),
        Some(base) if base > 1.0 => Ok(base),
        Some(base) => plan_err!("entropy: `base =>` must be above 1, got {base}"),
    }
}

impl GroupedFunction for Entropy {
    type Gather = Diversity;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let mut read = vec![value_type(PARAMETERS.function, "x", &types[0])?];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn return_type(_: &[DataType]) -> DataType {
        DataType::Float64
    }

    fn state_types(types: &[DataType]) -> Vec<(&'static str, DataType)> {
        Counted::state_types(&types[0])
    }

    fn check(constants: &Constants) -> Result<()> {
        base(constants).map(|_| ())
    }

    fn gather(types: &[DataType], constants: &Constants) -> Result<Diversity> {
        Ok(Diversity {
            counted: Counted::new(&types[0]),
            ln_base: base(constants)?.ln(),
        })
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

/// The entropy of counts in nats: ln n - sum(c ln c) / n. `None` without any. The counts come sorted, so that the sum is
/// the same in whatever order rows came.
fn nats(counts: &[u64]) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    if counts.len() == 1 {
        return Some(0.0);
    }
    let n = total as f64;
    let sum: f64 = counts.iter().map(|&count| count as f64 * (count as f64).ln()).sum();
    Some((n.ln() - sum / n).max(0.0))
}

impl Gather for Diversity {
    fn empty(&self) -> Self {
        Self {
            counted: self.counted.empty(),
            ln_base: self.ln_base,
        }
    }

    fn grow(&mut self, total: usize) {
        self.counted.grow(total);
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.counted.update(&values[0], groups)
    }

    fn each(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        self.counted.each(&values[0])
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.counted.merge(states, groups)
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let mut counts = Vec::new();
        let entropy = self.counted.first(count).map(|tally| {
            counts.clear();
            counts.extend(tally.iter().map(|(_, count)| count));
            counts.sort_unstable();
            nats(&counts).map(|nats| nats / self.ln_base)
        });
        Ok(Arc::new(entropy.collect::<Float64Array>()))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        self.counted.states(count)
    }

    fn forget(&mut self, count: usize) {
        self.counted.forget(count);
    }

    fn groups(&self) -> usize {
        self.counted.groups()
    }

    fn size(&self) -> usize {
        self.counted.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_counts_have_the_most() {
        assert_eq!(nats(&[]), None);
        assert_eq!(nats(&[7]), Some(0.0));
        let even = nats(&[3; 8]).expect("counts");
        assert!((even - 8_f64.ln()).abs() < 1e-12);
        assert!(nats(&[1, 1, 2, 3, 3, 3, 3, 8]).expect("counts") < even);
    }
}
